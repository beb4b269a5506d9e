package retry_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A server may respond while the body is still sent: two attempts share no reader.
func TestAServerMayRespondBeforeTheBodyIsSent(t *testing.T) {
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
func TestAResponseThatDripsDoesNotDelayTheNextAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			if n++; n == 2 {
				return rttest.Response(req, 200, ""), nil
			}
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: &dripping{stop: make(chan struct{})}, ContentLength: -1, Request: req}, nil
		})
		start := time.Now()
		resp, _, err := do(t, retry.Policy{Delay: retry.NoDelay}, base, request(t, t.Context(), http.MethodGet, nil))
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(err)
		}
		finish(resp)
		if d := time.Since(start); d > 100*time.Millisecond {
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

func TestTwelveAttemptsUseOneConnection(t *testing.T) {
	for name, body := range map[string]string{"small": "later", "of 60 KiB": strings.Repeat("x", 60<<10)} {
		// On a busy machine a body may take longer than a drain waits for it, and net/http longer than it
		// waits for its own writer. In a bubble that time never passes, because the clock stands still
		// while a goroutine reads a socket.
		synctest.Test(t, func(t *testing.T) {
			if n := connectionsOfTwelveAttempts(t, body); n != 1 {
				t.Errorf("%s: 12 requests over %d connections, want 1", name, n)
			}
		})
	}
}

func connectionsOfTwelveAttempts(t *testing.T, body string) int {
	t.Helper()
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
	defer srv.Close()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: retry.New(retry.Policy{Attempts: 12, Delay: retry.NoDelay, Budget: retry.NoBudget()}).Wrap(tr)}
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := rttest.Read(t, resp); got != body || requests.Load() != 12 {
		t.Errorf("%d requests, the last response has %d bytes", requests.Load(), len(got))
	}
	return int(connections.Load())
}
