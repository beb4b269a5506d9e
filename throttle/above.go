package throttle

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
)

// tripAbove is for a limiter with a layer further in that can make requests
// wait: what was counted is given back meanwhile. If that layer is a limiter
// too, an override applies there.
func (l *Limiter) tripAbove(c *layer.Call, req *http.Request, next http.RoundTripper, another bool) (*http.Response, error) {
	ctx := req.Context()
	if o, ok := layer.Setting[override](ctx); ok {
		if o.limiter == nil || another {
			return next.RoundTrip(req)
		}
		l = o.limiter
	}
	if req.URL == nil {
		return next.RoundTrip(req)
	}
	h := &hold{limiter: l, call: c}
	if err := l.look(c, req, &h.ticket); err != nil {
		return layer.Reject(req, err)
	}
	if err := ctx.Err(); err != nil {
		return layer.Reject(req, ended(ctx))
	}
	l.key(c, req, &h.ticket)
	a := layer.AttemptFrom(ctx)
	if !l.enter(&h.ticket) {
		if err := l.wait(ctx, c, a, &h.ticket, false); err != nil {
			return layer.Reject(req, err)
		}
	}
	h.row = a
	a.Hold(h)
	defer a.Release(h)
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.end(ctx, &h.ticket, failed(h.row))
		return resp, err
	}
	l.heed(c, req, resp)
	l.settle(&h.ticket, came(h.row, resp))
	if h.ticket.weighed {
		l.note(ctx, &h.ticket)
	}
	return resp, nil
}

// hold is a ticket that can be laid down before it was used.
type hold struct {
	limiter *Limiter
	call    *layer.Call
	ticket  ticket
	row     *layer.Attempt // that the ticket was taken for
}

// Park gives back what was counted.
func (h *hold) Suspend(*layer.Attempt) { h.limiter.settle(&h.ticket, failed(h.row)) }

// Resume counts again, waiting if it must.
func (h *hold) Reacquire(ctx context.Context, a *layer.Attempt) error {
	h.row = a
	if h.limiter.enter(&h.ticket) {
		return nil
	}
	return h.limiter.wait(ctx, h.call, a, &h.ticket, true)
}

// BodyEnd settles what a panic left open.
func (h *hold) BodyEnd(*layer.Attempt) { h.limiter.settle(&h.ticket, lost) }
