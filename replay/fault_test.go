package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Transport errors come back as what they were.
func TestErrorsReplay(t *testing.T) {
	faults := map[string]struct {
		err     error
		is      error
		timeout bool
	}{
		"refused":  {&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, syscall.ECONNREFUSED, false},
		"reset":    {&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, syscall.ECONNRESET, false},
		"deadline": {fmt.Errorf("inner: %w", context.DeadlineExceeded), context.DeadlineExceeded, true},
		"os":       {&net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, nil, true},
		"eof":      {io.EOF, io.EOF, false},
		"cut":      {io.ErrUnexpectedEOF, io.ErrUnexpectedEOF, false},
		"nohost":   {&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, nil, false},
		"other":    {errors.New("something else"), nil, false},
	}
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Errors: true})
			rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				return nil, faults[strings.TrimPrefix(req.URL.Path, "/")].err
			}})
			for name, f := range faults {
				if _, err := rt.RoundTrip(request(t, "GET", api+"/"+name, "")); err != f.err { //nolint:errorlint // the very error
					t.Errorf("%s: live error %v was changed", name, err)
				}
			}
			closeTape(t, tape)
			tape = openReplay(t, path)
			rt = tape.Wrap(noNetwork(t))
			for name, f := range faults {
				resp, err := rt.RoundTrip(request(t, "GET", api+"/"+name, ""))
				if err == nil || resp != nil {
					t.Errorf("%s: no error", name)
					continue
				}
				if err.Error() != f.err.Error() {
					t.Errorf("%s: text %q, want %q", name, err, f.err)
				}
				if f.is != nil && !errors.Is(err, f.is) {
					t.Errorf("%s: is not %v", name, f.is)
				}
				var ne net.Error
				if !errors.As(err, &ne) || ne.Timeout() != f.timeout {
					t.Errorf("%s: timeout is not %v", name, f.timeout)
				}
				var dns *net.DNSError
				if errors.As(err, &dns) != (name == "nohost") {
					t.Errorf("%s: DNS error %v", name, dns)
				}
			}
		})
	}
}

// Without Errors, and for what is the caller's own doing, nothing is taped.
func TestErrorsNotRecorded(t *testing.T) {
	fail := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }}
	refuse := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, verdict.ErrRejected }}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		opts replay.Options
		base http.RoundTripper
		ctx  context.Context
	}{
		"default": {replay.Options{}, fail, t.Context()},
		"bad":     {replay.Options{Errors: true, DiscardBad: true}, fail, t.Context()},
		"cancel":  {replay.Options{Errors: true}, fail, canceled},
		"refusal": {replay.Options{Errors: true}, refuse, t.Context()},
	} {
		tape := open(t, t.TempDir()+"/t", c.opts)
		if _, err := tape.Wrap(c.base).RoundTrip(request(t, "GET", api+"/a", "").WithContext(c.ctx)); err == nil {
			t.Errorf("%s: no error", name)
		}
		closeTape(t, tape)
		if s := tape.Stats(); s.Recorded != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// A body that broke off breaks off again, at the same byte.
func TestBrokenBodyReplays(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			broken := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := answer(req, 200, "")
				resp.ContentLength = 100
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{syscall.ECONNRESET}))
				return resp, nil
			}}
			for _, record := range []bool{true, false} {
				file := path + strconv.FormatBool(record) + path[strings.LastIndex(path, "."):]
				tape := open(t, file, replay.Options{Errors: record})
				resp, err := tape.Wrap(broken).RoundTrip(request(t, "GET", api+"/a", ""))
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				closeTape(t, tape)
				tape = openReplay(t, file)
				resp, err = tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
				if !record {
					if !errors.Is(err, replay.ErrMiss) {
						t.Errorf("a broken body was replayed: %v", err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(resp.Body)
				if string(b) != "half" || !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("replayed %q, %v", b, err)
				}
			}
		})
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// endOfBody ends the context of the call with the body of its answer, as a time
// limit further out does, before the tape hears of the end.
type endOfBody struct{ cancel context.CancelFunc }

func (e *endOfBody) BodyEnd(*layer.Attempt) { e.cancel() }

func (e *endOfBody) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("end of body", e, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ctx, cancel := context.WithCancel(req.Context())
		resp, err := next.RoundTrip(req.WithContext(ctx))
		if err != nil {
			cancel()
			return nil, err
		}
		c.Attempt().Own(resp, &endOfBody{cancel})
		return resp, nil
	})
}

// owner ties the body to the call below the tape, so that what is tied to it
// ends before the tape hears of the end.
type owner struct{}

func (o owner) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("owner", o, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			c.Attempt().Own(resp)
		}
		return resp, err
	})
}

func TestBrokenBodyUnderATimeLimitIsAFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tape := open(t, path, replay.Options{Errors: true})
	broken := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := answer(req, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), brokenReader{}))
		resp.ContentLength = 8
		return resp, nil
	}}
	rt := (&endOfBody{}).Wrap(tape.Wrap(owner{}.Wrap(broken)))
	resp, err := rt.RoundTrip(request(t, "GET", api+"/x", ""))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	closeTape(t, tape)
	if s := tape.Stats(); s.Recorded != 1 || s.Incomplete != 0 {
		t.Errorf("stats %+v, want the fault recorded", s)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
