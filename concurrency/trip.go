package concurrency

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
)

func (l *Limiter) trip(c *layer.Call, req *http.Request, next http.RoundTripper, another bool) (*http.Response, error) {
	ctx := req.Context()
	if o, ok := layer.Setting[override](ctx); ok {
		if o.limiter == nil || another {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	switch {
	case req.URL == nil: // the base says what it thinks of that
		return next.RoundTrip(req)
	case ctx.Err() != nil:
		return layer.Reject(req, ctxerr.Of(ctx))
	}
	a := layer.AttemptFrom(ctx)
	h, err := l.acquire(ctx, c, a, req)
	switch {
	case err != nil:
		return layer.Reject(req, err)
	case h == nil:
		return next.RoundTrip(req)
	}
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
	// observe says to adaptive limits what became of the request.
	observe(what sample, took time.Duration, timeout bool)
	// scarce reports whether so many slots are in use that none may be lost with
	// a body that nobody closes: half of them. To guard a body costs more than a
	// slot does, and what is lost before that makes no request wait.
	scarce() bool
}

// acquire acquires slots of each limit that matches and returns what holds them;
// nil if none matches.
func (l *Limiter) acquire(ctx context.Context, c *layer.Call, a *layer.Attempt, req *http.Request) (hold, error) {
	if len(l.limits) == 1 {
		only := l.limits[0]
		if s := only.quick(c, req); s != nil {
			return s, nil
		}
		if only.Weight == nil { // a semaphore holds a slot of its own: one object less
			if !only.match.Match(c, req) {
				return nil, nil
			}
			k, weight := only.need(c, req)
			if weight == 0 {
				return nil, nil
			}
			s, err := only.acquire(ctx, a, k)
			if err != nil {
				return nil, err
			}
			only.remember(req, k, s)
			return s, nil
		}
	}
	d := l.demand(c, req)
	if d == nil {
		return nil, nil
	}
	d, err := d.acquire(ctx, a, false)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// remember makes a semaphore the one that quick finds for a request with its key.
func (l *limit) remember(req *http.Request, k key, s *semaphore) {
	if l.seen == nil || s.key != k {
		return
	}
	if before, _ := l.seen.Get(req.URL); before != s {
		l.seen.Put(req.URL, s)
	}
}

// quick acquires the slot of a limit per host where nothing is in the way: the host was
// asked for before, and has a slot that is free. It is nil if that is not so.
func (l *limit) quick(c *layer.Call, req *http.Request) *semaphore {
	if l.seen == nil {
		return nil
	}
	if s, known := l.seen.Get(req.URL); known && (l.match.All() || l.match.Match(c, req)) && l.counts(req) && s.try(1) == acquired {
		return s
	}
	return nil
}
