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
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestRecordReplacesEarlierSessions(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for range 2 {
				base := numbered()
				tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
				rt := tape.Wrap(base)
				want(t, rt, api+"/a", 200, "1")
				want(t, rt, api+"/a", 200, "2")
				closeTape(t, tape)
			}
			tape := open(t, path, replay.Options{Mode: replay.ModeReplay, End: replay.EndMiss})
			rt := tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/a", 200, "2")
			_, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
			var miss *replay.MissError
			if !errors.As(err, &miss) || miss.Reason != replay.MissConsumed {
				t.Errorf("third replay: %v, want a consumed miss", err)
			}
		})
	}
}

// Recording many keys concurrently loses nothing.
func TestConcurrentRecordingLosesNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			const n = 300
			echo := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				return respond(req, 200, req.URL.Path), nil
			}}
			tape := open(t, path, replay.Options{Reuse: true})
			rt := tape.Wrap(echo)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					path := fmt.Sprintf("/x/%d", i)
					want(t, rt, api+path, 200, path)
					want(t, rt, api+path, 200, path) // from the queue or the store
				})
			}
			wg.Wait()
			if sent := echo.sent.Load(); sent != n {
				t.Errorf("%d sent, want %d", sent, n)
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != n || s.Replayed != n || s.Failed != 0 {
				t.Errorf("%+v", s)
			}
			tape = openReplay(t, path)
			rt = tape.Wrap(noNetwork(t))
			for i := range n {
				path := fmt.Sprintf("/x/%d", i)
				want(t, rt, api+path, 200, path)
			}
		})
	}
}

// Transport errors are replayed as what they were.
func TestErrorsReplay(t *testing.T) {
	faults := map[string]struct {
		err     error
		is      error
		timeout bool
	}{
		"connection refused": {&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, syscall.ECONNREFUSED, false},
		"reset":              {&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, syscall.ECONNRESET, false},
		"deadline":           {fmt.Errorf("inner: %w", context.DeadlineExceeded), context.DeadlineExceeded, true},
		"os":                 {&net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, nil, true},
		"eof":                {io.EOF, io.EOF, false},
		"cut":                {io.ErrUnexpectedEOF, io.ErrUnexpectedEOF, false},
		"nohost":             {&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, nil, false},
		"other":              {errors.New("something else"), nil, false},
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

// An error is not recorded without Errors, with DiscardBad, or if the caller or a layer caused it.
func TestErrorsNotRecorded(t *testing.T) {
	fail := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }}
	reject := &script{fn: func(int, *http.Request) (*http.Response, error) { return nil, verdict.ErrRejected }}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		opts replay.Options
		base http.RoundTripper
		ctx  context.Context
	}{
		"default":   {replay.Options{}, fail, t.Context()},
		"bad":       {replay.Options{Errors: true, DiscardBad: true}, fail, t.Context()},
		"cancel":    {replay.Options{Errors: true}, fail, canceled},
		"rejection": {replay.Options{Errors: true}, reject, t.Context()},
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

// At its Timeout, http.Client ends a request by its context and by the deprecated Cancel. If Cancel
// comes first, the context is not over yet.
func TestATimeoutOfTheClientIsTheCallersOwn(t *testing.T) {
	gone := errors.New("net/http: request canceled") // the error of http.Transport has no type
	for name, base := range map[string]func(cancel chan struct{}, req *http.Request) (*http.Response, error){
		"before the headers": func(cancel chan struct{}, _ *http.Request) (*http.Response, error) {
			close(cancel)
			return nil, gone
		},
		"in the body": func(cancel chan struct{}, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), cancelingReader{cancel, gone}))
			resp.ContentLength = 8
			return resp, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			tape := open(t, t.TempDir()+"/t", replay.Options{Errors: true})
			req, cancel := request(t, "GET", api+"/a", ""), make(chan struct{})
			req.Cancel = cancel //nolint:staticcheck // http.Client still uses it
			resp, err := tape.Wrap(&script{fn: func(int, *http.Request) (*http.Response, error) { return base(cancel, req) }}).RoundTrip(req)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
			}
			if err != gone { //nolint:errorlint // the very error
				t.Errorf("%v, want %v", err, gone)
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != s.Incomplete {
				t.Errorf("%+v, want nothing that is replayed", s)
			}
		})
	}
}

// cancelingReader closes a channel in Read.
type cancelingReader struct {
	cancel chan struct{}
	err    error
}

func (c cancelingReader) Read([]byte) (int, error) {
	close(c.cancel)
	return 0, c.err
}

// A body that broke off is on the tape but not replayed. The note in the ledger says both.
func TestTheNoteOfABodyThatBrokeOff(t *testing.T) {
	path := t.TempDir() + "/t"
	tape := open(t, path, replay.Options{})
	resp, err := tape.Wrap(brokenOff()).RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if s := layer.CallOf(resp).String(); !strings.Contains(s, "[recorded, but never replayed: the body did not end; the body broke off]") {
		t.Errorf("the ledger:\n%s", s)
	}
	closeTape(t, tape)
	again := open(t, path, replay.Options{Mode: replay.ModeReplay})
	defer closeTape(t, again)
	for x, err := range again.Exchanges() {
		if err != nil || x.Complete || string(x.Response.Body) != "half" {
			t.Errorf("on the tape: %+v, %v", x, err)
		}
		return
	}
	t.Error("nothing is on the tape")
}

// filling is a body that has yielded all its bytes. Its next Read sets the trailer, and then waits
// for Close.
type filling struct {
	data    io.Reader
	trailer http.Header
	filled  chan struct{}
	closed  chan struct{}
}

func (f *filling) Read(p []byte) (int, error) {
	if n, err := f.data.Read(p); err == nil {
		return n, nil
	}
	f.trailer.Set("X-Sum", "half")
	close(f.filled)
	<-f.closed
	return 0, io.EOF
}

func (f *filling) Close() error {
	close(f.closed)
	return nil
}

// net/http sets the trailer during the read that finds the end. A body that has yielded all its
// bytes is whole even if another goroutine closes it during that read. The trailer is then being
// written, and must not be read.
func TestTheTrailerOfAReadUnderWayIsLeftAlone(t *testing.T) {
	s := &tapetest.Memory{}
	tape, err := replay.New(s, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	body := &filling{strings.NewReader("text"), http.Header{"X-Sum": nil}, make(chan struct{}), make(chan struct{})}
	resp, err := tape.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "text")
		resp.Body, resp.Trailer = body, body.trailer
		return resp, nil
	})).RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := io.ReadAll(resp.Body)
		read <- err
	}()
	<-body.filled
	_ = resp.Body.Close()
	if err := <-read; err != nil {
		t.Error(err)
	}
	if err := tape.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	for x, err := range s.Scan(0) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; !x.Complete || string(x.Response.Body) != "text" || x.Response.Trailer.Get("X-Sum") != "" {
			t.Errorf("complete %v, body %q, trailer %v", x.Complete, x.Response.Body, x.Response.Trailer)
		}
	}
	if n != 1 {
		t.Errorf("%d exchanges recorded", n)
	}
	closeTape(t, tape)
}
