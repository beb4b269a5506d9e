package concurrency

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
)

// trip returns what the layer does with a request. It is not itself that, since a method value has a
// frame of its own, which would be on the stack of each waiting request.
func (l *Limiter) trip() layer.Trip {
	return func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		l, ctx := l, req.Context()
		if o, ok := layer.Setting[override](ctx); ok {
			if o.limiter == nil {
				return next.RoundTrip(req)
			}
			l = o.limiter
		}
		switch {
		case req.URL == nil: // the base returns its own error
			return next.RoundTrip(req)
		case ctx.Err() != nil:
			return layer.Reject(req, ctxerr.Of(ctx))
		}
		s, free := l.one(c, req)
		if free {
			return l.send(c, req, next, s)
		}
		h, w, err := l.enter(c, req, s)
		if w != nil {
			err = w.run()
			h = w.hold()
		}
		switch {
		case err != nil:
			return layer.Reject(req, err)
		case h == nil:
			return next.RoundTrip(req)
		}
		return l.send(c, req, next, h)
	}
}

// enter acquires what a request needs without waiting, or returns its wait. h is nil if it needs
// nothing. s is the semaphore of a request that needs just one slot of it, otherwise nil.
func (l *Limiter) enter(c *layer.Call, req *http.Request, s *semaphore) (h hold, w *wait, err error) {
	ctx := req.Context()
	a := layer.AttemptFrom(ctx)
	if s != nil {
		s, w = s.enter(ctx, a, false)
		return s, w, nil
	}
	if d := l.demand(c, req); d != nil {
		d, w, err = d.enter(ctx, a, false)
		return d, w, err
	}
	return nil, nil, nil
}

// tripAround is trip around another limiter. An override applies to that one.
func (l *Limiter) tripAround() layer.Trip {
	trip := l.trip()
	return func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if _, ok := layer.Setting[override](req.Context()); ok {
			return next.RoundTrip(req)
		}
		return trip(c, req, next)
	}
}

// send sends a request that has acquired h. It is separate from trip because the frame of trip is
// on the stack of each waiting request.
func (l *Limiter) send(c *layer.Call, req *http.Request, next http.RoundTripper, h hold) (*http.Response, error) {
	a := layer.AttemptFrom(req.Context())
	a.Hold(h)
	owned := false
	defer func() {
		if !owned {
			a.Release(h)
		}
	}()
	resp, err := next.RoundTrip(req)
	if l.adaptive {
		observe(c, req, resp, err, h)
	}
	if err != nil {
		return nil, err
	}
	a.Own(resp, h)
	owned = true
	if h.scarce() {
		resp = a.WatchLeak(resp)
	}
	return resp, nil
}

// hold is what a request has acquired: slots of one limit or of several.
type hold interface {
	layer.Suspender
	// observe passes what happened to the request to the adaptive limits.
	observe(what sample, took time.Duration, timeout bool)
	// scarce reports whether at least half of the slots are in use, so that none may be lost with a
	// body that nobody closes. Watching a body costs more than a slot, and below that a lost slot
	// makes no request wait.
	scarce() bool
}

// one returns the semaphore of a request that needs just one slot of the only limit. The semaphore
// itself stands for the slot, which saves an object. free is whether the slot was acquired.
func (l *Limiter) one(c *layer.Call, req *http.Request) (s *semaphore, free bool) {
	only := l.only
	if only == nil || !only.matches(c, req) {
		return nil, false
	}
	s = only.of(c, req)
	return s, s.try(1) == acquired
}

// of returns the semaphore of a request. It calls the user's function.
func (l *limit) of(c *layer.Call, req *http.Request) *semaphore {
	if l.seen != nil {
		if s, known := l.seen.Get(req.URL); known && s.state.Load()&dead == 0 {
			return s
		}
	}
	k := l.keyOf(c, req)
	s := l.find(k)
	if l.seen != nil && s.key == k { // not the one that the keys beyond maxKeys share
		l.seen.Put(req.URL, s)
	}
	return s
}
