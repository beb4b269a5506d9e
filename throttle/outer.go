package throttle

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// tripOuter is the trip of a limiter around an inner layer that can make requests wait, a
// [layer.Delayer]. What was counted is given back during such a wait, since it is not sent yet, and
// counted again afterwards. If that layer is a limiter too (another), an override applies there.
func (l *Limiter) tripOuter(c *layer.Call, req *http.Request, next http.RoundTripper, another bool) (*http.Response, error) {
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
	h := &hold{limiter: l}
	if err := l.demand(c, req, &h.demand); err != nil {
		return layer.Reject(req, err)
	}
	if err := ctx.Err(); err != nil {
		return layer.Reject(req, ctxerr.Of(ctx))
	}
	l.key(c, req, &h.demand)
	a := layer.AttemptFrom(ctx)
	if !l.shell.admit(&h.demand) {
		if err := l.shell.wait(ctx, a, &h.demand, false); err != nil {
			return layer.Reject(req, err)
		}
	}
	h.attempt.Store(a)
	a.Hold(h)
	defer a.Release(h)
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.finishNoting(ctx, &h.demand, withoutResponse(h.attempt.Load()))
		return resp, err
	}
	if l.pause.concerns(resp) {
		l.observe(c, req, resp, h.pass())
	}
	l.finishNoting(ctx, &h.demand, outcomeOf(h.attempt.Load(), resp))
	return resp, nil
}

// hold is a committed demand that can be suspended before it is used. The loser of a hedge may
// reacquire it while the response of the winner ends it.
type hold struct {
	limiter *Limiter
	demand  admission.Demand
	attempt atomic.Pointer[layer.Attempt] // the attempt for which the demand was committed
}

// pass returns the pass of the demand.
func (h *hold) pass() (p pauses.Pass) {
	h.limiter.shell.pauses(func(*pauses.Table, int64) { p = h.demand.Pass() })
	return p
}

// Suspend gives back what was counted.
func (h *hold) Suspend(*layer.Attempt) {
	h.limiter.shell.finish(&h.demand, withoutResponse(h.attempt.Load()))
}

// Reacquire counts again, waiting if necessary.
func (h *hold) Reacquire(ctx context.Context, a *layer.Attempt) error {
	h.attempt.Store(a)
	if h.limiter.shell.admit(&h.demand) {
		return nil
	}
	return h.limiter.shell.wait(ctx, a, &h.demand, true)
}

// Recount counts again what was counted before an outer layer reacquired its holds, since a request
// counts from when it leaves.
func (h *hold) Recount(*layer.Attempt) bool { return h.limiter.shell.recount(&h.demand) }

// BodyEnd counts the end of a demand that a panic has left open.
func (h *hold) BodyEnd(*layer.Attempt) { h.limiter.shell.finish(&h.demand, admission.Lost) }
