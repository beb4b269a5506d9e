package layer_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// holder counts how often it was told of the end.
type holder struct{ ends atomic.Int64 }

func (h *holder) BodyEnd(*layer.Attempt)                          { h.ends.Add(1) }
func (h *holder) Suspend(*layer.Attempt)                          {}
func (h *holder) Reacquire(context.Context, *layer.Attempt) error { return nil }

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

// slots counts what is held.
type slots struct {
	held   atomic.Int64
	below  atomic.Int64 // how often more was given back than held
	refuse atomic.Int64 // how many resumes fail
	during func()       // what happens while one is under way
}

func (s *slots) BodyEnd(*layer.Attempt) {
	if s.held.Add(-1) < 0 {
		s.below.Add(1)
	}
}

func (s *slots) Suspend(a *layer.Attempt) { s.BodyEnd(a) }

func (s *slots) Reacquire(context.Context, *layer.Attempt) error {
	if s.refuse.Add(-1) >= 0 {
		return rttest.ErrBoom
	}
	s.held.Add(1)
	if s.during != nil {
		s.during()
	}
	return nil
}

// layer takes a slot for each attempt, or call, that it sees.
func (s *slots) layer() *rttest.Layer {
	return &rttest.Layer{Name: "slots", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		s.held.Add(1)
		return holding(s).Trip(c, req, next)
	}}
}

// want checks how many slots are held, and that none was given back twice.
func (s *slots) want(tb testing.TB, when string, n int64) {
	tb.Helper()
	if held, below := s.held.Load(), s.below.Load(); held != n || below != 0 {
		tb.Errorf("%s: %d slots held, want %d; given back too often: %d times", when, held, n, below)
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
			var hs [5]holder // more than fit inline
			layers := make([]transport.Layer, len(hs))
			for i := range hs {
				layers[i] = holding(&hs[i])
			}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "text"), layers...))
			for i := range hs {
				if n := hs[i].ends.Load(); n != 0 {
					t.Errorf("hold %d ended %d times before the body", i, n)
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

func TestHoldsEndWithoutABody(t *testing.T) {
	for name, b := range map[string]rttest.Func{
		"error": rttest.Fail(rttest.ErrBoom),
		"no body": func(r *http.Request) (*http.Response, error) {
			resp := rttest.Response(r, 204, "")
			resp.Body = http.NoBody
			return resp, nil
		},
		"nil body": func(r *http.Request) (*http.Response, error) {
			resp := rttest.Response(r, 204, "")
			resp.Body = nil
			return resp, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var h holder
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
			resp, _ := holding(&h).Wrap(b).RoundTrip(req)
			if n := h.ends.Load(); n != 1 {
				t.Errorf("ended %d times, want once", n)
			}
			if resp != nil && resp.Body != http.NoBody {
				t.Errorf("body is %T, want http.NoBody", resp.Body)
			}
		})
	}
}

func TestHoldAfterTheBodyEndsAtOnce(t *testing.T) {
	var h holder
	late := &rttest.Layer{Name: "late", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		_, _ = io.Copy(io.Discard, resp.Body)
		layer.AttemptOf(resp).Own(resp, &h)
		return resp, err
	}}
	var inner holder
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), late, holding(&inner)))
	if h.ends.Load() != 1 || inner.ends.Load() != 1 {
		t.Errorf("late %d, inner %d, want 1 and 1", h.ends.Load(), inner.ends.Load())
	}
}

// A watchdog closes the body while layers further out still tie themselves to it.
func TestHoldsEndOnceWhenTheBodyIsClosedMeanwhile(t *testing.T) {
	for range 500 {
		var hs [6]holder // more than fit inline
		var layers []transport.Layer
		for i := range hs {
			layers = append(layers, holding(&hs[i]))
		}
		var wg sync.WaitGroup
		dog := &rttest.Layer{Name: "dog", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil {
				wg.Go(func() { _ = resp.Body.Close() })
			}
			return resp, err
		}}
		layers = append(layers[:5], dog, layers[5])
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
