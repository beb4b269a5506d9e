package timeout_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// The cause of the context's end is the Error of the limit.
func TestInnerLayersSeeTheDeadlineOfTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inner *http.Request
		rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			inner = req
			return respondAfter(time.Minute, nil)(req)
		}), total(5*time.Second))
		start := time.Now()
		_, _ = send(t, t.Context(), rt, http.MethodGet)
		if d, ok := inner.Context().Deadline(); !ok || d.Sub(start) != 5*time.Second {
			t.Errorf("the deadline is in %v", d.Sub(start))
		}
		if inner.Context().Err() != context.DeadlineExceeded {
			t.Errorf("Err %v", inner.Context().Err())
		}
		if e, ok := errors.AsType[*timeout.Error](context.Cause(inner.Context())); !ok || !errors.Is(e, timeout.ErrTotal) || e.After != 5*time.Second {
			t.Errorf("the cause is %v", context.Cause(inner.Context()))
		}
		if layer.CallFrom(inner.Context()) == nil {
			t.Error("the call is gone")
		}
	})
}

func TestTheContextLivesUntilTheBodyEnds(t *testing.T) {
	eof := func(r *http.Response) { _, _ = io.ReadAll(r.Body) }
	closed := func(r *http.Response) { _ = r.Body.Close() }
	attempt := timeout.PerAttempt(3 * time.Second)
	for name, test := range map[string]struct {
		end    func(*http.Response)
		layers []transport.Layer
	}{
		"EOF":              {eof, []transport.Layer{total(5 * time.Second), attempt}},
		"Close":            {closed, []transport.Layer{total(5 * time.Second), attempt}},
		"the call alone":   {eof, []transport.Layer{total(5 * time.Second)}},
		"attempts alone":   {closed, []transport.Layer{attempt}},
		"calls, one twice": {closed, []transport.Layer{total(6 * time.Second), total(5 * time.Second)}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var inner *http.Request
			rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				inner = req
				return respondAfter(time.Second, rttest.Text("fine"))(req)
			}), test.layers...)
			resp, err := send(t, t.Context(), rt, http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			if inner.Context().Err() != nil {
				t.Errorf("%s: the context ended before the body: %v", name, context.Cause(inner.Context()))
			}
			if d, ok := inner.Context().Deadline(); ok {
				t.Errorf("%s: still a deadline, %v", name, d)
			}
			test.end(resp)
			if inner.Context().Err() == nil {
				t.Errorf("%s: the context outlives the body", name)
			}
		})
	}
}

// Nothing but the limit has the context say that a deadline ended it.
func TestAFailureBeforeTheLimitEndsTheContext(t *testing.T) {
	for name, l := range map[string]transport.Layer{"call": total(5 * time.Second), "attempt": timeout.PerAttempt(5 * time.Second)} {
		synctest.Test(t, func(t *testing.T) {
			var inner *http.Request
			rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				inner = req
				return nil, rttest.ErrBoom
			}), l)
			if _, err := send(t, t.Context(), rt, http.MethodGet); !errors.Is(err, rttest.ErrBoom) || inner.Context().Err() != context.Canceled {
				t.Errorf("%s: %v, and the context: %v", name, err, inner.Context().Err())
			}
		})
	}
}

// Its body is closed.
func TestAResponseAfterTheLimitIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &rttest.CountingBody{Reader: strings.NewReader("x")}
		rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second) // the base ignores the context
			return rttest.RespondBody(body)(req)
		}), total(5*time.Second))
		resp, err := send(t, t.Context(), rt, http.MethodGet)
		if resp != nil || !errors.Is(err, timeout.ErrTotal) || body.Closed != 1 {
			t.Errorf("%v, closed %d times", err, body.Closed)
		}
	})
}

func TestTheErrorOfTheLimitWrapsThatOfTheBase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := rttest.Stack(rttest.Func(func(*http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second)
			return nil, rttest.ErrBoom
		}), total(5*time.Second))
		if _, err := send(t, t.Context(), rt, http.MethodGet); !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("%v", err)
		}
	})
}

// A reader of a body's error asks the context of its request why it ended. If the end of the body
// comes after the caller's deadline, it changes nothing.
func TestTheCallersDeadlineStaysTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		rt := rttest.Stack(respondAfter(time.Second, rttest.Text("fine")), total(5*time.Second), timeout.PerAttempt(3*time.Second))
		resp, err := send(t, ctx, rt, http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		<-ctx.Done()
		_ = resp.Body.Close()
		if err := resp.Request.Context().Err(); err != context.DeadlineExceeded {
			t.Errorf("Err is %v", err)
		}
	})
}

// A base that notices that its connection was closed returns before the context has ended.
func TestTheContextOfACallOnAClosedConnectionSaysDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		var inner *http.Request
		rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			inner = req
			httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: ours})
			_, err := ours.Read(make([]byte, 1))
			return nil, err
		}), timeout.PerAttempt(time.Second))
		_, err := send(t, t.Context(), rt, http.MethodGet)
		ctx := inner.Context()
		if !errors.Is(err, timeout.ErrAttempt) || ctx.Err() != context.DeadlineExceeded || !errors.Is(context.Cause(ctx), timeout.ErrAttempt) {
			t.Errorf("%v; Err %v, the cause %v", err, ctx.Err(), context.Cause(ctx))
		}
	})
}

func TestAPanicOfTheBaseEndsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inner *http.Request
		rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			inner = req
			panic("boom")
		}), total(5*time.Second))
		defer func() {
			if recover() == nil || inner.Context().Err() == nil {
				t.Error("no panic, or a context left behind")
			}
		}()
		_, _ = send(t, t.Context(), rt, http.MethodGet)
	})
}

// Each child of a foreign context has a goroutine while it lives.
func TestTheContextOfACallDoesNotOutliveIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := foreign{t.Context(), make(chan struct{})}
		before := runtime.NumGoroutine()
		most := 0
		rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
			most = max(most, runtime.NumGoroutine())
			return respondAfter(0, http.NoBody)(req)
		}), total(5*time.Second), timeout.PerAttempt(3*time.Second))
		for range 5000 {
			resp, err := send(t, parent, rt, http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > before+100 || most == before {
			t.Errorf("%d goroutines, %d before, at most %d", n, before, most)
		}
	})
}

// foreign is a context that package context does not know.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }
