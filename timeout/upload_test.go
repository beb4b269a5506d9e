package timeout_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

const ms = time.Millisecond

// reader is a base that reads n bytes of the request body, one each 100 ms, then
// stalls for as long, and then reads the rest at once and responds.
type reader struct {
	n     int
	stall time.Duration
}

func (r reader) RoundTrip(req *http.Request) (*http.Response, error) {
	defer req.Body.Close()
	wait := func(d time.Duration) error {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-req.Context().Done():
			return context.Cause(req.Context())
		}
	}
	for range r.n {
		if _, err := io.ReadFull(req.Body, make([]byte, 1)); err != nil {
			return nil, err
		}
		if err := wait(100 * ms); err != nil {
			return nil, err
		}
	}
	if err := wait(r.stall); err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return rttest.Response(req, 200, ""), nil
}

func TestAnUploadThatMovesAndOneThatStalls(t *testing.T) {
	const long = time.Hour
	for name, test := range map[string]struct {
		layer transport.Layer
		base  reader
		want  error // nil is a response
		after time.Duration
		text  string
	}{
		"attempt, moving":           {timeout.PerAttempt(time.Second), reader{50, 0}, nil, 5 * time.Second, ""},
		"attempt, stalled":          {timeout.PerAttempt(time.Second), reader{50, long}, timeout.ErrAttempt, 5*time.Second - 100*ms + time.Second, "no response to the attempt within 1s"},
		"attempt, stalled at once":  {timeout.PerAttempt(time.Second), reader{0, long}, timeout.ErrAttempt, time.Second, ""},
		"total, moving":             {timeout.New(timeout.Config{Total: 500 * ms, Idle: 300 * ms}), reader{50, 0}, timeout.ErrTotal, 500 * ms, "no response within 500ms"},
		"total from upload, moving": {timeout.New(timeout.Config{Total: 500 * ms, Idle: 300 * ms, FromUpload: true}), reader{50, 0}, nil, 5 * time.Second, ""},
		"total from upload, slow":   {timeout.New(timeout.Config{Total: 500 * ms, Idle: timeout.NoTimeout, FromUpload: true}), reader{3, long}, timeout.ErrTotal, 700 * ms, ""},
		"idle, moving":              {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: 300 * ms}), reader{50, 0}, nil, 5 * time.Second, ""},
		"idle, stalled":             {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: 300 * ms}), reader{5, long}, timeout.ErrIdle, 700 * ms, "no data sent for 300ms"},
		"idle, the control":         {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: timeout.NoTimeout}), reader{5, time.Minute}, nil, time.Minute + 500*ms, ""},
		"idle, nobody has read yet": {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: 300 * ms}), reader{0, time.Minute}, nil, time.Minute, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, strings.NewReader(strings.Repeat("x", 100)))
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			resp, err := test.layer.Wrap(test.base).RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || time.Since(start) != test.after {
				t.Errorf("%s: %v after %v, want %v after %v", name, err, time.Since(start), test.want, test.after)
			}
			if err != nil && !strings.Contains(err.Error(), test.text) {
				t.Errorf("%s: %v, want %q", name, err, test.text)
			}
		})
	}
}

// Once a body is sent, or given up, the server may take longer than the body might stall.
func TestABodyThatIsSentDoesNotStall(t *testing.T) {
	for name, take := range map[string]func(io.ReadCloser) error{
		"sent":     func(b io.ReadCloser) error { _, err := io.Copy(io.Discard, b); return err },
		"given up": func(b io.ReadCloser) error { _, err := b.Read(make([]byte, 1)); _ = b.Close(); return err },
	} {
		synctest.Test(t, func(t *testing.T) {
			body := &rttest.CountingBody{Reader: strings.NewReader("data")}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, body)
			if err != nil {
				t.Fatal(err)
			}
			rt := timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: time.Second}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				defer req.Body.Close()
				if err := take(req.Body); err != nil {
					return nil, err
				}
				return respondAfter(time.Minute, http.NoBody)(req)
			}))
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_ = resp.Body.Close()
		})
	}
}

// What Close of a request body returns is not lost.
func TestTheErrorOfAClosedRequestBodyIsKept(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, unclosable{strings.NewReader("data")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = timeout.New(timeout.Config{}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		return nil, req.Body.Close()
	})).RoundTrip(req)
	if !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("%v", err)
	}
}

// Between two attempts nobody reads the body, which is not a stall. Sending again what was kept is
// not one either.
func TestTheTimeBetweenTwoAttemptsIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			if n++; n == 1 {
				defer req.Body.Close()
				_, err := io.ReadFull(req.Body, make([]byte, 10))
				return rttest.Response(req, 503, ""), err
			}
			return reader{10, 150 * ms}.RoundTrip(req)
		})
		layered := timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: 300 * ms}).Wrap(retry.New(retry.Policy{Delay: 10 * time.Second, Jitter: retry.NoJitter}).Wrap(base))
		body, w := io.Pipe()
		go func() {
			_, _ = io.WriteString(w, strings.Repeat("x", 30))
			_ = w.Close()
		}()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := layered.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || n != 2 {
			t.Errorf("status %d after %d attempts", resp.StatusCode, n)
		}
	})
}

// A body that can seek still can, so that retry keeps nothing of it.
func TestAFileStaysAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, f)
	if err != nil {
		t.Fatal(err)
	}
	seeks, text := false, ""
	resp, err := timeout.New(timeout.Config{}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		defer req.Body.Close()
		_, seeks = req.Body.(io.Seeker)
		b, err := io.ReadAll(req.Body)
		text = string(b)
		return rttest.Response(req, 200, ""), err
	})).RoundTrip(req)
	if err != nil || !seeks || text != "data" {
		t.Fatalf("%v, seeks: %v, sent %q", err, seeks, text)
	}
	_ = resp.Body.Close()
}

// A body that net/http itself sends again moves as well.
func TestABodyOfGetBodyMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			_ = req.Body.Close()
			b, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			req.Body = b
			return reader{50, 0}.RoundTrip(req)
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, strings.NewReader(strings.Repeat("x", 100)))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := timeout.PerAttempt(time.Second).Wrap(base).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
}
