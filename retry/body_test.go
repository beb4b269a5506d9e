package retry_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/retry"
)

func TestBodies(t *testing.T) {
	for name, test := range map[string]struct {
		body   io.Reader
		policy retry.Policy
		want   []string
	}{
		"none":           {nil, retry.Policy{}, []string{"", "", ""}},
		"NoBody":         {http.NoBody, retry.Policy{}, []string{"", "", ""}},
		"GetBody":        {strings.NewReader("data"), retry.Policy{}, []string{"data", "data", "data"}},
		"stream":         {stream("data"), retry.Policy{}, []string{"data", "data", "data"}},
		"stream, at cap": {stream("data"), retry.Policy{BufferLimit: 4}, []string{"data", "data", "data"}},
		"over the cap":   {stream("data!"), retry.Policy{BufferLimit: 4}, []string{"data!"}},
		"no buffer":      {stream("data"), retry.Policy{BufferLimit: retry.NoBuffer}, []string{"data"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{{status: 503, body: "later"}}}
			req := request(t, t.Context(), http.MethodPut, test.body)
			length := req.ContentLength
			resp, c, err := do(t, test.policy, base, req)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, resp); got != "later" || !slices.Equal(base.body, test.want) {
				t.Errorf("%s: sent %q, want %q; answer %q", name, base.body, test.want, got)
			}
			for i, r := range base.sent {
				if r.ContentLength != length || (r.Body == nil) != (test.body == nil) {
					t.Errorf("%s: attempt %d has length %d, want %d; body %v", name, i+1, r.ContentLength, length, r.Body)
				}
			}
			if len(test.want) == 1 && (c.StopReason() != "the body cannot be sent again" || c.Attempt().Notes() == "") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
		})
	}
}

// A body without GetBody is not prepared where it would not be sent again.
func TestBodyOfPostStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(200)}}
		req := request(t, t.Context(), http.MethodPost, stream("data"))
		resp, _, _ := do(t, retry.Policy{}, base, req)
		finish(resp)
		if base.sent[0].Body != req.Body || base.sent[0].GetBody != nil {
			t.Errorf("the body became %T", base.sent[0].Body)
		}
	})
}

func TestFileIsSentFromWhereItStood(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("header, then data"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seek(6, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		base := &script{steps: []step{status(503), fails(errBoom), status(200)}}
		resp, _, err := do(t, retry.Policy{BufferLimit: retry.NoBuffer}, base, request(t, t.Context(), http.MethodPut, f))
		if err != nil || !slices.Equal(base.body, slices.Repeat([]string{", then data"}, 3)) {
			t.Errorf("%v, sent %q", err, base.body)
		}
		finish(resp)
		if err := f.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the file was left open: %v", err)
		}
	})
}

func TestGetBodyFails(t *testing.T) {
	gone := errors.New("file is gone")
	for name, test := range map[string]struct {
		step   step
		status int
		is     []error
	}{
		"answer": {step{status: 503, body: "later"}, 503, nil},
		"error":  {fails(errBoom), 0, []error{errBoom, gone}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			b := retry.NewBudget(retry.BudgetConfig{})
			req := request(t, t.Context(), http.MethodPut, strings.NewReader("data"))
			req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
			resp, c, err := do(t, retry.Policy{Budget: b}, base, req)
			if test.status != 0 && (err != nil || read(t, resp) != "later") {
				t.Errorf("%s: %v", name, err)
			}
			for _, is := range test.is {
				if !errors.Is(err, is) {
					t.Errorf("%s: %v does not match %v", name, err, is)
				}
			}
			if len(base.sent) != 1 || base.open != 0 || b.Remaining("api.test") != 10 {
				t.Errorf("%s: sent %d times, %d bodies open, %d retries left", name, len(base.sent), base.open, b.Remaining("api.test"))
			}
			if !strings.Contains(c.Attempt().Notes(), "file is gone") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
		})
	}
}

func TestBrokenBodyIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("the caller's disk")
		base := &script{steps: []step{status(200)}}
		_, c, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodPut, io.MultiReader(strings.NewReader("da"), &failing{broken})))
		if !errors.Is(err, broken) || c.Count() != 1 || c.StopReason() != "the body cannot be sent again" {
			t.Errorf("%v\n%s", err, c)
		}
	})
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// A large body that can be had again is never held in memory.
func TestLargeBodyIsNotBuffered(t *testing.T) {
	const size = 64 << 20
	var got atomic.Int64
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		got.Add(n)
		return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	req := request(t, t.Context(), http.MethodPut, nil)
	req.ContentLength = size
	zeros := func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zero{}, size)), nil }
	req.Body, _ = zeros()
	req.GetBody = zeros
	rt := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := rt.RoundTrip(req)
	runtime.ReadMemStats(&after)
	if err != nil || got.Load() != 3*size {
		t.Fatalf("%v, sent %d bytes", err, got.Load())
	}
	finish(resp)
	if d := after.TotalAlloc - before.TotalAlloc; d > 1<<20 {
		t.Errorf("%d bytes allocated for a body of %d", d, size)
	}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestTwelveAttemptsUseOneConnection(t *testing.T) {
	for name, body := range map[string]string{"small": "later", "of 60 KiB": strings.Repeat("x", 60<<10)} {
		var connections, requests atomic.Int64
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.WriteHeader(503)
			_, _ = io.WriteString(w, body)
		}))
		srv.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
			connections.Add(1)
			return ctx
		}
		srv.Start()
		tr := &http.Transport{}
		client := &http.Client{Transport: retry.New(retry.Policy{Attempts: 12, Delay: retry.NoDelay, Budget: retry.NoBudget()}).Wrap(tr)}
		resp, err := client.Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, resp); got != body {
			t.Errorf("%s: the last answer has %d bytes", name, len(got))
		}
		tr.CloseIdleConnections()
		srv.Close()
		if connections.Load() != 1 || requests.Load() != 12 {
			t.Errorf("%s: %d requests over %d connections", name, requests.Load(), connections.Load())
		}
	}
}

// A server that answers while the body is still sent: no reader is shared.
func TestEarlyAnswer(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(503)
			return
		}
		got, err := io.Copy(io.Discard, req.Body)
		if err != nil || got != 8<<20 {
			t.Errorf("the last attempt carried %d bytes: %v", got, err)
		}
	}))
	defer srv.Close()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay, BufferLimit: 16 << 20}).Wrap(tr)}
	for name, body := range map[string]func() io.Reader{
		"GetBody": func() io.Reader { return strings.NewReader(strings.Repeat("x", 8<<20)) },
		"stream":  func() io.Reader { return stream(strings.Repeat("x", 8<<20)) },
		"seek":    func() io.Reader { return &seekable{ReadSeeker: strings.NewReader(strings.Repeat("x", 8<<20))} },
	} {
		n.Store(0)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, srv.URL, body())
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("%s: %v, %d requests", name, err, n.Load())
		}
		finish(resp)
	}
}

// seekable is a body that can seek, as a file can.
type seekable struct{ io.ReadSeeker }

func (*seekable) Close() error { return nil }

// A body that drips does not hold up the next attempt for longer than the bound.
func TestDrippingAnswerIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			if n++; n == 2 {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
			}
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: &dripping{stop: make(chan struct{})}, ContentLength: -1, Request: req}, nil
		})
		begin := time.Now()
		resp, _, err := do(t, retry.Policy{Delay: retry.NoDelay}, base, request(t, t.Context(), http.MethodGet, nil))
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(err)
		}
		finish(resp)
		if d := time.Since(begin); d > 100*time.Millisecond {
			t.Errorf("the next attempt came after %v", d)
		}
	})
}

// dripping gives a byte each second until it is closed.
type dripping struct{ stop chan struct{} }

func (d *dripping) Read(p []byte) (int, error) {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-t.C:
		p[0] = '.'
		return 1, nil
	case <-d.stop:
		return 0, http.ErrBodyReadAfterClose
	}
}

func (d *dripping) Close() error {
	close(d.stop)
	return nil
}
