package concurrency

import (
	"context"
	"net/http"
	"slices"
	"time"

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
		return layer.Reject(req, ended(ctx))
	}
	a := layer.AttemptFrom(ctx)
	h, err := l.take(ctx, c, a, req)
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
		l.learn(c, req, resp, err, h)
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

// held is what a request has taken: slots of one limit or of several.
type held interface {
	layer.Suspender
	// learn tells adaptive limits what became of the request.
	learn(what lesson, d time.Duration, timeout bool)
	// scarce reports whether so many slots are in use that none may be lost with
	// a body that nobody closes: half of them. To guard a body costs more than a
	// slot does, and what is lost before that keeps nobody waiting.
	scarce() bool
}

// take takes the slots of each limit that matches, always in the same order, and
// returns what holds them; nil if none matches.
func (l *Limiter) take(ctx context.Context, c *layer.Call, a *layer.Attempt, req *http.Request) (held, error) {
	if len(l.limits) == 1 {
		if s := l.limits[0].quick(c, req); s != nil {
			return s, nil
		}
		w, ok := l.limits[0].want(c, req)
		if !ok {
			return nil, nil
		}
		if err := w.take(ctx, a); err != nil {
			return nil, err
		}
		if w.weight == 1 {
			return w.sem, nil // one object less
		}
		return &several{[]want{w}}, nil
	}
	g := &several{make([]want, 0, len(l.limits))}
	for _, limit := range l.order {
		if w, ok := limit.want(c, req); ok {
			g.wants = append(g.wants, w)
		}
	}
	if len(g.wants) == 0 {
		return nil, nil
	}
	for i := range g.wants {
		if err := g.wants[i].take(ctx, a); err != nil {
			g.release(a, i)
			return nil, err
		}
	}
	return g, nil
}

// quick takes the slot of a limit per host where nothing is in the way: it is of
// the host that was asked for last, spelled as then, and free. It is nil if that
// is not so.
func (l *limit) quick(c *layer.Call, req *http.Request) *semaphore {
	if l.Per != Host || l.Key != nil || l.Weight != nil {
		return nil
	}
	s := l.last.Load()
	if s == nil || s.key.host != req.URL.Host || !l.match.Match(c, req) || s.try(1) != taken {
		return nil
	}
	return s
}

// want is what a request takes of one limit.
type want struct {
	limit  *limit
	key    key
	weight int32
	sem    *semaphore // that it was taken of
}

// want calls the user's functions, so no lock and no slot may be held. It is
// false if the limit does not concern the request.
func (l *limit) want(c *layer.Call, req *http.Request) (w want, ok bool) {
	if !l.match.Match(c, req) {
		return w, false
	}
	w.limit, w.weight = l, 1
	if l.Weight != nil {
		n := l.Weight(req)
		if n < 1 {
			return w, false
		}
		w.weight = int32(min(n, maxMax+1)) //nolint:gosec // bounded
	}
	w.key = l.keyOf(c, req)
	return w, true
}

func (w *want) take(ctx context.Context, a *layer.Attempt) (err error) {
	w.sem, err = w.limit.take(ctx, a, w.key, w.weight)
	return err
}

// several holds the slots of more than one limit, or more than one slot.
type several struct{ wants []want }

// release gives back those of the first n limits, the latest first.
func (g *several) release(a *layer.Attempt, n int) {
	for i := n - 1; i >= 0; i-- {
		g.wants[i].sem.give(a, g.wants[i].weight)
	}
}

// BodyEnd implements [layer.BodyEnder].
func (g *several) BodyEnd(a *layer.Attempt) { g.release(a, len(g.wants)) }

func (g *several) scarce() bool {
	return slices.ContainsFunc(g.wants, func(w want) bool { return w.sem.scarce() })
}

// Park implements [layer.Suspender].
func (g *several) Suspend(a *layer.Attempt) { g.BodyEnd(a) }

// Resume implements [layer.Suspender].
func (g *several) Reacquire(ctx context.Context, a *layer.Attempt) error {
	for i, w := range g.wants {
		if err := w.sem.resume(ctx, a, w.weight); err != nil {
			g.release(a, i)
			return err
		}
	}
	return nil
}
