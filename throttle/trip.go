package throttle

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/transport/verdict"
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
	var d admission.Demand
	if err := l.demand(c, req, &d); err != nil {
		return layer.Reject(req, err)
	}
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return layer.Reject(req, ctxerr.Of(ctx))
	}
	if l.shell.armed.Load() > 0 {
		l.key(c, req, &d)
	}
	a := layer.AttemptFrom(ctx)
	if !l.shell.admit(&d) && !l.admitKeyed(c, req, &d) {
		if err := l.shell.wait(ctx, c, a, &d, false); err != nil {
			return layer.Reject(req, err)
		}
	}
	if d.UntilResponse || d.Weighed || d.Passed() {
		return l.tripUntilHeaders(c, a, req, next, &d)
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		l.shell.finish(&d, withoutResponse(a))
		return resp, err
	}
	if a.Replayed() {
		l.shell.finish(&d, withoutResponse(a))
	}
	l.observe(c, req, resp, &d)
	return resp, nil
}

// admitKeyed tries again to admit a demand that was not keyed, and is from now on.
func (l *Limiter) admitKeyed(c *layer.Call, req *http.Request, d *admission.Demand) bool {
	if d.Keyed {
		return false
	}
	l.key(c, req, d)
	return l.shell.admit(d)
}

// tripUntilHeaders sends a request whose end must be counted when its headers are in.
func (l *Limiter) tripUntilHeaders(c *layer.Call, a *layer.Attempt, req *http.Request, next http.RoundTripper, admitted *admission.Demand) (*http.Response, error) {
	d := *admitted
	done := false
	defer func() {
		if !done { // an inner layer panics
			l.shell.finish(&d, admission.Lost)
		}
	}()
	resp, err := next.RoundTrip(req)
	if err != nil {
		done = true
		l.finishFailed(req.Context(), &d, withoutResponse(a))
		return resp, err
	}
	l.observe(c, req, resp, &d) // before the next request is let through
	done = true
	l.shell.finish(&d, outcomeOf(a, resp))
	if d.Weighed {
		l.note(req.Context(), &d)
	}
	return resp, nil
}

// finishFailed counts the end of a request that got no response.
func (l *Limiter) finishFailed(ctx context.Context, d *admission.Demand, o admission.Outcome) {
	l.shell.finish(d, o)
	if d.Weighed && o != admission.Unsent {
		l.note(ctx, d)
	}
}

// outcomeOf says what a response to the attempt means. One from a recording means
// that nothing was sent.
func outcomeOf(a *layer.Attempt, resp *http.Response) admission.Outcome {
	if a.Replayed() {
		return withoutResponse(a)
	}
	if s := verdict.Status(resp.StatusCode); s.Pause && s.Retryable { // 403 is about this request alone
		return admission.Warned
	}
	return admission.Good
}

// withoutResponse distinguishes a request that is lost from one that was not sent: an inner
// retry may have made attempts after a.
func withoutResponse(a *layer.Attempt) admission.Outcome {
	for row := range a.Call().Attempts() {
		if row.Number() >= a.Number() && row.Sent() {
			return admission.Lost
		}
	}
	return admission.Unsent
}
