package layer_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// countingHold counts how often it ended.
type countingHold struct{ ends atomic.Int64 }

func (h *countingHold) BodyEnd(*layer.Attempt)                          { h.ends.Add(1) }
func (h *countingHold) Suspend(*layer.Attempt)                          {}
func (h *countingHold) Reacquire(context.Context, *layer.Attempt) error { return nil }

// holding returns a layer that holds e from before the request is sent until the
// response body ends.
func holding(e layer.Suspender) *rttest.Layer {
	return &rttest.Layer{Name: "hold", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.Hold(e)
		owned := false
		defer func() {
			if !owned {
				a.Release(e)
			}
		}()
		resp, err := next.RoundTrip(req)
		if err == nil {
			a.Own(resp, e)
			owned = true
		}
		return resp, err
	}}
}

// slotCounter counts how many slots are held.
type slotCounter struct {
	held     atomic.Int64
	excess   atomic.Int64 // how often a slot was released that was not held
	failures atomic.Int64 // how many calls of Reacquire are still to fail
	during   func()       // runs at the end of Reacquire, nil for nothing
}

func (s *slotCounter) BodyEnd(*layer.Attempt) {
	if s.held.Add(-1) < 0 {
		s.excess.Add(1)
	}
}

func (s *slotCounter) Suspend(a *layer.Attempt) { s.BodyEnd(a) }

func (s *slotCounter) Reacquire(context.Context, *layer.Attempt) error {
	if s.failures.Add(-1) >= 0 {
		return rttest.ErrBoom
	}
	s.held.Add(1)
	if s.during != nil {
		s.during()
	}
	return nil
}

// layer returns a layer that acquires a slot for each attempt, or call, that passes it.
func (s *slotCounter) layer() *rttest.Layer {
	return &rttest.Layer{Name: "slots", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		s.held.Add(1)
		return holding(s).Trip(c, req, next)
	}}
}

// want checks how many slots are held, and that none was released twice.
func (s *slotCounter) want(tb testing.TB, when string, n int64) {
	tb.Helper()
	if held, excess := s.held.Load(), s.excess.Load(); held != n || excess != 0 {
		tb.Errorf("%s: %d slots held, want %d; %d released that were not held", when, held, n, excess)
	}
}

func TestHoldsEndOnceWithTheBody(t *testing.T) {
	for name, end := range map[string]func(*http.Response){
		"read to the end": func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body) },
		"closed":          func(r *http.Response) { _ = r.Body.Close() },
		"both":            func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body); _ = r.Body.Close() },
		"closed by many": func(r *http.Response) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { _ = r.Body.Close() })
			}
			wg.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			var hs [5]countingHold // more than fit inline
			layers := make([]transport.Layer, len(hs))
			for i := range hs {
				layers[i] = holding(&hs[i])
			}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "text"), layers...))
			for i := range hs {
				if n := hs[i].ends.Load(); n != 0 {
					t.Errorf("hold %d ended %d times before the body ended, want 0", i, n)
				}
			}
			end(resp)
			for i := range hs {
				if n := hs[i].ends.Load(); n != 1 {
					t.Errorf("hold %d ended %d times, want once", i, n)
				}
			}
		})
	}
}

// An outer layer that held nothing before the response ties to it what ends with the body, however
// many attempts there were.
func TestAnEnderThatHeldNothingIsCalledOnceAfterARetry(t *testing.T) {
	first, second := new(countingHold), new(countingHold)
	owning := &rttest.Layer{Name: "own", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			layer.AttemptFrom(req.Context()).Own(resp, first, second)
		}
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")), owning, rttest.Retry(2)))
	if n := first.ends.Load() + second.ends.Load(); n != 0 {
		t.Errorf("%d ended before the body", n)
	}
	rttest.Read(t, resp)
	if a, b := first.ends.Load(), second.ends.Load(); a != 1 || b != 1 {
		t.Errorf("ended %d and %d times, want once each", a, b)
	}
}

func TestHoldsEndWithoutABody(t *testing.T) {
	for name, b := range map[string]rttest.Func{
		"error":    rttest.Fail(rttest.ErrBoom),
		"no body":  rttest.RespondBody(http.NoBody),
		"nil body": rttest.RespondBody(nil),
	} {
		t.Run(name, func(t *testing.T) {
			var h countingHold
			resp, _ := rttest.Try(t.Context(), holding(&h).Wrap(b))
			if n := h.ends.Load(); n != 1 {
				t.Errorf("the hold ended %d times, want once", n)
			}
			if resp != nil && resp.Body != http.NoBody {
				t.Errorf("the body is a %T, want http.NoBody", resp.Body)
			}
		})
	}
}

func TestAnEnderThatIsOwnedAfterTheBodyEndedIsCalledAtOnce(t *testing.T) {
	var h countingHold
	late := &rttest.Layer{Name: "late", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		_, _ = io.Copy(io.Discard, resp.Body)
		layer.AttemptOf(resp).Own(resp, &h)
		return resp, err
	}}
	var inner countingHold
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), late, holding(&inner)))
	if h.ends.Load() != 1 || inner.ends.Load() != 1 {
		t.Errorf("the late hold ended %d times, the inner one %d times, want once each", h.ends.Load(), inner.ends.Load())
	}
}

// A watchdog, such as an idle timeout, closes the body while outer layers still tie
// their holds to it.
func TestHoldsEndOnceWhenTheBodyIsClosedWhileTheyAreOwned(t *testing.T) {
	for range 500 {
		var hs [6]countingHold // more than fit inline
		var layers []transport.Layer
		for i := range hs {
			layers = append(layers, holding(&hs[i]))
		}
		var wg sync.WaitGroup
		watchdog := &rttest.Layer{Name: "watchdog", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil {
				wg.Go(func() { _ = resp.Body.Close() })
			}
			return resp, err
		}}
		layers = append(layers[:5], watchdog, layers[5])
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), layers...))
		_ = resp.Body.Close()
		wg.Wait()
		for i := range hs {
			if n := hs[i].ends.Load(); n != 1 {
				t.Fatalf("hold %d ended %d times, want once", i, n)
			}
		}
	}
}

// busyHold is a hold that cannot be reacquired the first few times.
type busyHold struct{ fails int }

func (h *busyHold) BodyEnd(*layer.Attempt) {}
func (h *busyHold) Suspend(*layer.Attempt) {}
func (h *busyHold) Reacquire(context.Context, *layer.Attempt) error {
	if h.fails--; h.fails >= 0 {
		return rttest.ErrBoom
	}
	return nil
}

// A foreign layer sends a request again, for which nothing can be reacquired. The row of that request ends too.
func TestTheRowOfARequestThatCannotReacquireEnds(t *testing.T) {
	h := &busyHold{fails: 2}
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		at := layer.AttemptFrom(req.Context())
		at.Suspend()
		if err := at.Reacquire(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		return next.RoundTrip(req)
	}}
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), holding(h), foreignRetry(3), wait))
	c, want := layer.CallOf(resp), []verdict.Verdict{verdict.Retryable, verdict.Retryable, verdict.OK}
	if c.Count() != len(want) {
		t.Fatalf("%d rows, want %d:\n%s", c.Count(), len(want), c)
	}
	for a := range c.Attempts() {
		if v := a.Verdict(); v != want[a.Number()-1] {
			t.Errorf("row %d: %v, want %v", a.Number(), v, want[a.Number()-1])
		}
	}
}

// Two requests of a call run beside each other, and each is followed by an attempt. The layer that ends
// its hold for one does not look at what layers hold for the other, in another goroutine.
func TestAHoldEndsBesideAnotherAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer, inner := &slotCounter{}, &slotCounter{}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch layer.AttemptFrom(req.Context()).Number() {
			case 1:
				time.Sleep(2 * time.Second)
			case 2:
				time.Sleep(time.Second)
			case 3: // it follows the second one
				time.Sleep(time.Hour)
				return rttest.Response(req, 200, "x"), nil
			}
			return nil, rttest.ErrBoom
		})
		both := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return rttest.Func(func(req *http.Request) (resp *http.Response, err error) {
				var first sync.WaitGroup
				first.Go(func() { _, _ = next.RoundTrip(req.Clone(req.Context())) })
				synctest.Wait()
				var second sync.WaitGroup
				second.Go(func() { resp, err = next.RoundTrip(req.Clone(req.Context())) })
				first.Wait()
				second.Wait()
				return resp, err
			})
		})
		resp := rttest.Get(t.Context(), t, rttest.Stack(base, rttest.Pass("outside"), both, outer.layer(), following(1), inner.layer()))
		rttest.Read(t, resp)
		outer.want(t, "at the end", 0)
		inner.want(t, "at the end", 0)
	})
}
