package rttest

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A Layer is a layer whose trip a test provides. Without a trip it is off.
type Layer struct {
	Name string
	Trip layer.Trip
}

// Wrap implements transport.Layer.
func (l *Layer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(l.Name, l, next, l.Trip)
}

// Pass returns a layer that only calls the next one.
func Pass(name string) *Layer {
	return &Layer{name, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
}

// Events is a layer that keeps the events of a stack.
type Events struct {
	kinds layer.Kind

	mu   sync.Mutex // mu guards seen
	seen []layer.Event
}

// NewEvents returns a layer that keeps the events of the given kinds.
func NewEvents(kinds layer.Kind) *Events { return &Events{kinds: kinds} }

// Wrap implements transport.Layer.
func (e *Events) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("events", e, next, nil)
}

// Wants implements layer.Observer.
func (e *Events) Wants() layer.Kind { return e.kinds }

// Observe implements layer.Observer.
func (e *Events) Observe(ev layer.Event) {
	e.mu.Lock()
	e.seen = append(e.seen, ev)
	e.mu.Unlock()
}

// Seen returns the events so far.
func (e *Events) Seen() []layer.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.seen)
}

// Slots is the smallest concurrency limit: a fixed number of slots, held until the body ends and
// suspended during the waits of inner layers.
type Slots struct{ free chan struct{} }

// NewSlots returns a layer of n slots.
func NewSlots(n int) *Slots {
	s := &Slots{make(chan struct{}, n)}
	for range n {
		s.free <- struct{}{}
	}
	return s
}

// Free returns the number of slots that are not held.
func (s *Slots) Free() int { return len(s.free) }

// Wrap implements transport.Layer.
func (s *Slots) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("slots", s, next, s.trip)
}

func (s *Slots) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	a := layer.AttemptFrom(req.Context())
	h := &slot{s}
	if err := h.Reacquire(req.Context(), a); err != nil {
		return layer.Reject(req, err)
	}
	a.Hold(h)
	defer a.Release(h)
	resp, err := next.RoundTrip(req)
	if err == nil {
		a.Own(resp, h)
	}
	return resp, err
}

type slot struct{ of *Slots }

// BodyEnd implements layer.BodyEnder.
func (s *slot) BodyEnd(*layer.Attempt) { s.of.free <- struct{}{} }

// Suspend implements layer.Suspender.
func (s *slot) Suspend(a *layer.Attempt) { s.BodyEnd(a) }

// Reacquire implements layer.Suspender.
func (s *slot) Reacquire(ctx context.Context, _ *layer.Attempt) error {
	select {
	case <-s.of.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Retry returns the smallest retry layer: up to n attempts as long as the verdict is Retryable.
func Retry(n int) *Layer {
	return &Layer{"retry", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if !c.ClaimRetry(n) {
			return next.RoundTrip(req)
		}
		defer c.ReleaseRetry()
		req, done := bodies.Guard(req)
		defer done()
		for i := 1; ; i++ {
			resp, err := next.RoundTrip(req)
			a := c.Attempt().For(resp)
			if a.End(resp, err) != verdict.Retryable || i == n || bodies.Rewindable(req) != nil {
				return resp, err
			}
			if resp != nil {
				a.Own(resp)
				bodies.SetAside(resp)
			}
			again, rerr := bodies.Rewind(req)
			if rerr != nil {
				return resp, err
			}
			following := c.NextAttempt(layer.Retry)
			if req = again; layer.AttemptFrom(req.Context()) != following {
				req = req.WithContext(following.Context(req.Context()))
			}
		}
	}}
}

// Stack puts layers around a base, outermost first.
func Stack(base http.RoundTripper, layers ...transport.Layer) http.RoundTripper {
	rt := base
	for _, l := range slices.Backward(layers) {
		rt = l.Wrap(rt)
	}
	return rt
}
