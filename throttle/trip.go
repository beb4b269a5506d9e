package throttle

import (
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

func (l *Limiter) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if o, ok := layer.Setting[override](req.Context()); ok {
		if o.limiter == nil {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	if req.URL == nil { // the base says what it thinks of that
		return next.RoundTrip(req)
	}
	var t ticket
	if err := l.look(c, req, &t); err != nil {
		return layer.Reject(req, err)
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return layer.Reject(req, ended(ctx))
	}
	if l.armed.Load() > 0 {
		l.key(c, req, &t)
	}
	a := layer.AttemptFrom(ctx)
	if !l.enter(&t) && !l.enterKeyed(c, req, &t) {
		if err := l.wait(ctx, c, a, &t, false); err != nil {
			return layer.Reject(req, err)
		}
	}
	if t.strict || t.weighed || t.gate != nil {
		return l.tripOpen(c, a, req, next, &t)
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.settle(&t, failed(a))
		return resp, err
	}
	if a.Replayed() {
		l.settle(&t, failed(a))
	}
	l.heed(c, req, resp)
	return resp, nil
}

// tripOpen sends a request that must be booked out when its headers are in.
func (l *Limiter) tripOpen(c *layer.Call, a *layer.Attempt, req *http.Request, next http.RoundTripper, admitted *ticket) (*http.Response, error) {
	t := *admitted
	done := false
	defer func() {
		if !done { // a panic below
			l.settle(&t, lost)
		}
	}()
	resp, err := next.RoundTrip(req)
	if err != nil {
		done = true
		l.end(req.Context(), &t, failed(a))
		return resp, err
	}
	l.heed(c, req, resp) // before the next one is let through
	done = true
	l.settle(&t, came(a, resp))
	if t.weighed {
		l.note(req.Context(), &t)
	}
	return resp, nil
}
