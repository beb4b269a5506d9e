package timeout_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// patient is a base that waits for each Read of the request body, whatever becomes of the context, as net/http does
// over HTTP/1.
func patient(req *http.Request) (*http.Response, error) {
	defer req.Body.Close()
	_, err := io.Copy(io.Discard, req.Body)
	if cause := context.Cause(req.Context()); cause != nil {
		err = cause
	}
	if err != nil {
		return nil, err
	}
	return rttest.Response(req, 200, ""), nil
}

// source is a request body that counts its closes.
type source struct {
	*io.PipeReader
	closes atomic.Int32
}

func (s *source) Close() error {
	s.closes.Add(1)
	return s.PipeReader.Close()
}

// A limit ends a Read of the request body that nothing comes of: there is nobody else to end it.
func TestALimitEndsAReadThatStalls(t *testing.T) {
	never := timeout.NoTimeout
	for name, test := range map[string]struct {
		layers []transport.Layer
		is     error
	}{
		"total":         {[]transport.Layer{timeout.New(timeout.Config{Total: time.Second, Idle: never})}, timeout.ErrTotal},
		"idle":          {[]transport.Layer{timeout.New(timeout.Config{Total: never, Idle: time.Second})}, timeout.ErrIdle},
		"attempt":       {[]transport.Layer{timeout.PerAttempt(time.Second)}, timeout.ErrAttempt},
		"total, kept":   {[]transport.Layer{timeout.New(timeout.Config{Total: time.Second}), retry.New(retry.Policy{})}, timeout.ErrTotal},
		"total, around": {[]transport.Layer{timeout.New(timeout.Config{Total: time.Second}), retry.New(retry.Policy{}), timeout.PerAttempt(500 * ms)}, timeout.ErrTotal},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			go func() { _, _ = io.WriteString(w, "x") }()
			defer time.AfterFunc(time.Minute, func() { _ = w.Close() }).Stop() // or the test would never end
			body := &source{PipeReader: r}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, body)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			resp, err := rttest.Stack(rttest.Func(patient), test.layers...).RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if took := time.Since(start).Truncate(ms); took != 1100*ms || !errors.Is(err, test.is) {
				t.Errorf("%s: %v after %v, want %v after 1.1s", name, err, took, test.is)
			}
			if n := body.closes.Load(); n != 1 {
				t.Errorf("%s: closed %d times", name, n)
			}
		})
	}
}

// A body that moves when its time is over is closed by the base alone: it may not be ready for a Close during a Read.
func TestALimitLeavesABodyAloneThatMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := false
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, slowly{&closed})
		if err != nil {
			t.Fatal(err)
		}
		_, err = timeout.New(timeout.Config{Total: time.Second}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			for range 50 {
				if _, err := req.Body.Read(make([]byte, 1)); err != nil {
					return nil, err
				}
				time.Sleep(40 * ms)
			}
			if closed {
				t.Error("the body was closed while it moved")
			}
			_ = req.Body.Close()
			return nil, context.Cause(req.Context())
		})).RoundTrip(req)
		if !errors.Is(err, timeout.ErrTotal) {
			t.Error(err)
		}
	})
}

// A body that moves when its time is over may stall later, when the base still waits for it.
func TestALimitEndsAReadThatStallsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() { _, _ = io.WriteString(w, "x") }()
		defer time.AfterFunc(time.Minute, func() { _ = w.Close() }).Stop() // or the test would never end
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, r)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = timeout.New(timeout.Config{Total: time.Second}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			if _, err := req.Body.Read(make([]byte, 1)); err != nil {
				return nil, err
			}
			time.Sleep(1150 * ms) // such as a write to a connection that is full
			return patient(req)
		})).RoundTrip(req)
		if took := time.Since(start); took != 1300*ms || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("%v after %v, want %v after 1.3s", err, took, timeout.ErrTotal)
		}
	})
}

// slowly is an endless body.
type slowly struct{ closed *bool }

func (slowly) Read(p []byte) (int, error) { return len(p), nil }

func (s slowly) Close() error {
	*s.closed = true
	return nil
}

// Over HTTP/1 net/http waits for a Read of the request body before it returns.
func TestALimitEndsAReadThatStallsOverASocket(t *testing.T) {
	for _, two := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
		}))
		srv.EnableHTTP2 = two
		srv.StartTLS()
		r, w := io.Pipe()
		released := false
		release := time.AfterFunc(10*time.Second, func() {
			released = true
			_ = w.Close()
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, srv.URL, r)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := timeout.New(timeout.Config{Total: 20 * ms}).Wrap(srv.Client().Transport).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !release.Stop() || released || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("HTTP/2 %v: %v, after the body had ended: %v", two, err, released)
		}
		srv.Close()
	}
}

// A base that notices late may begin to read a body only when the time is over.
func TestALimitEndsAReadThatBeginsAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		defer time.AfterFunc(time.Minute, func() { _ = w.Close() }).Stop() // or the test would never end
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, r)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = timeout.New(timeout.Config{Total: time.Second}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(1150 * ms) // such as a handshake that is over when the headers are written
			return patient(req)
		})).RoundTrip(req)
		if took := time.Since(start); took != 1250*ms || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("%v after %v, want %v after 1.25s", err, took, timeout.ErrTotal)
		}
	})
}

// If the caller cancels a call and a Read of the request body holds it up, a limit that is over later ends that Read,
// and the error stays the caller's.
func TestALimitAfterTheCallersCancelKeepsItsError(t *testing.T) {
	for name, l := range map[string]transport.Layer{
		"total":   timeout.New(timeout.Config{Total: time.Second}),
		"idle":    timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: time.Second}),
		"attempt": timeout.PerAttempt(time.Second),
	} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			defer time.AfterFunc(time.Minute, func() { _ = w.Close() }).Stop() // or the test would never end
			errGone := errors.New("gone")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(10*ms, func() { cancel(errGone) })
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, rttest.URL, r)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			resp, err := l.Wrap(rttest.Func(patient)).RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if !errors.Is(err, errGone) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: error %v, want the cause of the cancel", name, err)
			}
			if took := time.Since(start).Truncate(ms); took != time.Second {
				t.Errorf("%s: ended after %v, want 1s", name, took)
			}
		})
	}
}

// lateBody is a request body whose Read waits for its Close and then returns data nevertheless.
type lateBody struct {
	closed chan struct{}
	after  atomic.Int32 // Reads that began after the Close
}

func (b *lateBody) Read(p []byte) (int, error) {
	select {
	case <-b.closed:
		b.after.Add(1)
		return 0, io.EOF
	default:
	}
	<-b.closed
	return copy(p, "x"), nil
}

func (b *lateBody) Close() error {
	close(b.closed)
	return nil
}

// A body that the layer has closed is not read any more, even if the Read that stalled returns data.
func TestABodyThatALimitHasClosedIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &lateBody{closed: make(chan struct{})}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, rttest.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := timeout.New(timeout.Config{Total: time.Second}).Wrap(rttest.Func(patient)).RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if n := body.after.Load(); n != 0 || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("%d Reads after Close, error %v, want none and ErrTotal", n, err)
		}
	})
}
