package concurrency

import (
	"net/http"

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
