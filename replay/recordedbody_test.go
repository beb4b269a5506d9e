package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
)

func TestAnEarlyCloseIsReplayedUpToThere(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, "0123456789")
				if req.URL.Path == "/part" {
					resp = respond(req, 200, strings.Repeat("x", 100<<10))
				}
				if strings.HasPrefix(req.URL.Path, "/unknown") {
					resp.ContentLength = -1
				}
				return resp, nil
			}}
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(base)
			read := func(url string, n int) {
				t.Helper()
				resp, err := rt.RoundTrip(request(t, "GET", api+url, ""))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(resp.Body, make([]byte, n)); err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				_ = resp.Body.Close()
			}
			read("/part", 4)
			tape.LeaveRest()
			read("/unknown", 10) // all of it, but of unknown length
			read("/whole", 10)   // without asking for EOF
			if s := tape.Stats(); s.Cut != 2 || s.Incomplete != 0 {
				t.Errorf("%+v, want 2 that are cut", s)
			}
			closeTape(t, tape)
			tape = openReplay(t, path)
			rt = tape.Wrap(noNetwork(t))
			want(t, rt, api+"/whole", 200, "0123456789")
			for url, want := range map[string]string{"/part": "xxxx", "/unknown": "0123456789"} {
				resp, err := rt.RoundTrip(request(t, "GET", api+url, ""))
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if string(b) != want || !errors.Is(err, store.ErrCut) {
					t.Errorf("%s: replayed %q, %v", url, b, err)
				}
			}
		})
	}
}

func TestTooLongIsSkipped(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "t"), replay.Options{MaxBody: 8})
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) { return respond(req, 200, "012345678"), nil }})
	want(t, rt, api+"/a", 200, "012345678")
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped != 1 || s.Recorded != 0 {
		t.Errorf("%+v", s)
	}
}

// A response over MaxBody is in the figures and the ledger, and OnError gets it. The tape itself
// has not failed.
func TestTooLongIsReported(t *testing.T) {
	var errs []error
	tape := open(t, filepath.Join(t.TempDir(), "t"), replay.Options{MaxBody: 8, OnError: func(err error) { errs = append(errs, err) }})
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) { return respond(req, 200, "012345678"), nil }})
	for _, read := range []bool{true, false} {
		resp, err := rt.RoundTrip(request(t, "GET", api+"/a", "").WithContext(transport.With(t.Context(), replay.ModeRecord)))
		if err != nil {
			t.Fatal(err)
		}
		if read {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		_ = resp.Body.Close()
		if text := layer.CallOf(resp).String(); !strings.Contains(text, "longer than MaxBody, 8 bytes") {
			t.Errorf("read %v: the ledger does not say so: %s", read, text)
		}
	}
	if s := tape.Stats(); s.TooLong != 2 || s.Skipped != 2 {
		t.Errorf("%+v, want 2 too long", s)
	}
	if len(errs) != 2 {
		t.Fatalf("OnError: %q, want 2", errs)
	}
	if e, ok := errors.AsType[*http.MaxBytesError](errs[0]); !ok || e.Limit != 8 || !strings.Contains(errs[0].Error(), "GET /a: the body is longer than MaxBody, 8 bytes") {
		t.Errorf("OnError: %q", errs)
	}
	closeTape(t, tape)
}

// A body that broke off breaks off again, at the same byte.
func TestBrokenBodyReplays(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			broken := brokenOff()
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

// endOfBody ends the context of the call together with the response body, before the tape sees that
// end, as a time limit of an outer layer does.
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

// owner owns the body below the tape, so that what is tied to the body ends before the tape sees
// the end.
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
		resp := respond(req, 200, "")
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

func TestACauseThatCannotBeComparedEndsABody(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	tape := open(t, filepath.Join(t.TempDir(), "tape.json"), replay.Options{Errors: true})
	resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{rttest.Incomparable()}))
		resp.ContentLength = 8
		return resp, nil
	}}).RoundTrip(request(t, "GET", api+"/x", "").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	cancel(rttest.Incomparable())
	if b, err := io.ReadAll(resp.Body); string(b) != "half" || err == nil {
		t.Errorf("%q, %v", b, err)
	}
	_ = resp.Body.Close()
	closeTape(t, tape)
	if s := tape.Stats(); s.Cut != 1 || s.Recorded != 1 {
		t.Errorf("stats %+v, want what was read before its caller left", s)
	}
}

// If a body breaks off, net/http returns io.ErrUnexpectedEOF unwrapped, and many readers compare it
// with ==. An AWS SDK takes it for the end of an event stream. So it is replayed unwrapped, and a
// wrapped one keeps its text.
func TestABodyThatBrokeOffIsReplayedWithTheVeryError(t *testing.T) {
	for text, err := range map[string]error{"": io.ErrUnexpectedEOF, "line 7: unexpected EOF": fmt.Errorf("line 7: %w", io.ErrUnexpectedEOF)} {
		for _, name := range stores() {
			path := filepath.Join(t.TempDir(), name)
			for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay} {
				tape := open(t, path, replay.Options{Mode: mode, Errors: true})
				resp, failed := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
					resp := respond(req, 200, "")
					resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{err}))
					resp.ContentLength = 8
					return resp, nil
				}}).RoundTrip(request(t, "GET", api+"/x", ""))
				if failed != nil {
					t.Fatal(failed)
				}
				b, got := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if bare := got == io.ErrUnexpectedEOF; string(b) != "half" || !errors.Is(got, io.ErrUnexpectedEOF) || bare != (text == "") || !bare && got.Error() != text { //nolint:errorlint // as those readers do
					t.Errorf("%s, %v: %q, %v, want %v", name, mode, b, got, err)
				}
				closeTape(t, tape)
			}
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// brokenOff is a base whose bodies break off in the middle.
func brokenOff() *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.ContentLength = 100
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{syscall.ECONNRESET}))
		return resp, nil
	}}
}

// DiscardBad keeps a broken body off the tape, even if Errors is set.
func TestABrokenBodyIsBad(t *testing.T) {
	for _, name := range stores() {
		for bad, want := range map[bool]error{true: replay.ErrMiss, false: nil} {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Errors: true, DiscardBad: bad})
			resp, err := tape.Wrap(brokenOff()).RoundTrip(request(t, "GET", api+"/a", ""))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			closeTape(t, tape)
			resp, err = openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
			if !errors.Is(err, want) {
				t.Errorf("%s, DiscardBad %v: %v, want %v", name, bad, err, want)
			}
			if resp != nil {
				_ = resp.Body.Close()
			}
		}
	}
}

type writerTo struct{ io.Reader }

func (w writerTo) Close() error { return nil }
func (w writerTo) WriteTo(dst io.Writer) (int64, error) {
	return io.Copy(dst, struct{ io.Reader }{w.Reader})
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAWriterThatFailsIsNoFaultOfTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape.json")
	tape := open(t, path, replay.Options{Errors: true})
	resp, err := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		resp.Body, resp.ContentLength = writerTo{strings.NewReader("hello")}, 5
		return resp, nil
	}}).RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resp.Body.(io.WriterTo).WriteTo(fullDisk{}); err == nil {
		t.Fatal("no error")
	}
	resp.Body.Close()
	closeTape(t, tape)
	resp, err = openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
	if err == nil {
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		t.Errorf("replayed %q, %v", b, err)
	}
}
