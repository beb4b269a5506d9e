package concurrency

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

func (l *Limiter) trip(c *transport.Call, req *http.Request, next http.RoundTripper, another bool) (*http.Response, error) {
	ctx := req.Context()
	if o, ok := transport.Setting[override](ctx); ok {
		if o.limiter == nil || another {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	switch {
	case req.URL == nil: // the base says what it thinks of that
		return next.RoundTrip(req)
	case ctx.Err() != nil:
		return transport.Refuse(req, ended(ctx))
	}
	a := transport.AttemptFrom(ctx)
	h, err := l.take(ctx, c, a, req)
	switch {
	case err != nil:
		return transport.Refuse(req, err)
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
	return resp, nil
}

// take takes a slot of each limit that matches, always in the same order, and
// returns what holds them; nil if none matches.
func (l *Limiter) take(ctx context.Context, c *transport.Call, a *transport.Attempt, req *http.Request) (transport.Parker, error) {
	if len(l.limits) == 1 {
		only := l.limits[0]
		if !only.match.Match(c, req) {
			return nil, nil
		}
		s, err := only.take(ctx, a, only.keyOf(c, req))
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	g := &several{wants: make([]want, 0, len(l.limits))}
	for _, limit := range l.order {
		if limit.match.Match(c, req) {
			g.wants = append(g.wants, want{limit: limit, key: limit.keyOf(c, req)})
		}
	}
	if len(g.wants) == 0 {
		return nil, nil
	}
	for i := range g.wants {
		w := &g.wants[i]
		s, err := w.limit.take(ctx, a, w.key)
		if err != nil {
			g.release(a, i)
			return nil, err
		}
		w.sem = s
	}
	return g, nil
}

// several holds the slots of more than one limit.
type several struct{ wants []want }

type want struct {
	limit *limit
	key   key
	sem   *semaphore
}

// release gives back the first n, the latest first.
func (g *several) release(a *transport.Attempt, n int) {
	for i := n - 1; i >= 0; i-- {
		g.wants[i].sem.BodyEnd(a)
	}
}

// BodyEnd implements [transport.Ender].
func (g *several) BodyEnd(a *transport.Attempt) { g.release(a, len(g.wants)) }

// Park implements [transport.Parker].
func (g *several) Park(a *transport.Attempt) { g.BodyEnd(a) }

// Resume implements [transport.Parker].
func (g *several) Resume(ctx context.Context, a *transport.Attempt) error {
	for i := range g.wants {
		if err := g.wants[i].sem.Resume(ctx, a); err != nil {
			g.release(a, i)
			return err
		}
	}
	return nil
}
