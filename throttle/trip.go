package throttle

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The stack frames between a waiting request and its caller are part of what waiting costs, so each
// function here has a small frame. What only a few requests need is in functions of its own, and a
// demand is not on the stack.

// trip returns what the layer does with a request. It is not itself that, since a method value has a
// frame of its own.
func (l *Limiter) trip() layer.Trip {
	return func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		l, ctx := l, req.Context()
		if o, ok := layer.Setting[override](ctx); ok {
			if o.limiter == nil {
				return next.RoundTrip(req)
			}
			l = o.limiter
		}
		if req.URL == nil { // the base returns its own error
			return next.RoundTrip(req)
		}
		if rule, entry, ok := l.quick(c, req); ok {
			return l.tripQuickly(c, req, next, rule, entry)
		}
		d, waits, err := l.admit(c, req)
		if waits {
			err = l.shell.enterLocking(ctx, layer.AttemptFrom(ctx), d, false).runLocked()
		}
		if err != nil {
			return layer.Reject(req, err)
		}
		return l.tripAdmitted(c, d, req, next)
	}
}

// tripQuickly sends a request that quick has admitted.
func (l *Limiter) tripQuickly(c *layer.Call, req *http.Request, next http.RoundTripper, rule *admission.Rule, entry int64) (*http.Response, error) {
	ctx := req.Context()
	a := layer.AttemptFrom(ctx)
	resp, err := next.RoundTrip(req)
	if rule != nil && (err != nil || a.Replayed()) {
		finishQuick(l, a, rule, entry)
	}
	if err == nil && l.pause.concerns(resp) {
		l.observe(c, req, resp, pauses.Pass{})
	}
	return resp, err
}

// quick admits a request that nothing holds back and that at most one rule matches, a plain one.
// rule is nil if none matches.
func (l *Limiter) quick(c *layer.Call, req *http.Request) (rule *admission.Rule, entry int64, ok bool) {
	if l.shell.armed.Load() > 0 || req.Context().Err() != nil {
		return nil, 0, false
	}
	r := l.only
	if r == nil {
		if r, ok = matchingOne(l, c, req); r == nil {
			return nil, 0, ok
		}
	} else if !r.matches.Match(c, req) {
		return nil, 0, true
	}
	if !r.plain {
		return nil, 0, false
	}
	rule = r.core
	entry, ok = l.shell.admitPlain(rule)
	return rule, entry, ok
}

// matchingOne returns the rule that matches a request, or nil if none does. It reports false if
// several do.
func matchingOne(l *Limiter, c *layer.Call, req *http.Request) (r *rule, ok bool) {
	var room [match.Few]int32
	switch found := l.matching.Find(c, req, &room); len(found) {
	case 0:
		return nil, true
	case 1:
		return l.list()[found[0]], true
	}
	return nil, false
}

// finishQuick counts the end of a request that quick has admitted and that got no response.
func finishQuick(l *Limiter, a *layer.Attempt, rule *admission.Rule, entry int64) {
	var d admission.Demand
	d.CommitPlain(rule, entry)
	l.shell.finish(&d, withoutResponse(a))
}

// tripAdmitted sends a request with a demand that is committed.
func (l *Limiter) tripAdmitted(c *layer.Call, d *admission.Demand, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	a := layer.AttemptFrom(req.Context())
	if d.UntilResponse || d.Weighed || d.Passed() {
		return l.tripUntilHeaders(c, d, req, next)
	}
	resp, err := next.RoundTrip(req)
	if err != nil || a.Replayed() {
		l.shell.finish(d, withoutResponse(a))
	}
	release(l, d)
	if err == nil && l.pause.concerns(resp) {
		l.observe(c, req, resp, pauses.Pass{})
	}
	return resp, err
}

// admit returns the demand of a request and whether it has to wait. If not, the demand is
// committed.
func (l *Limiter) admit(c *layer.Call, req *http.Request) (d *admission.Demand, waits bool, err error) {
	d, _ = l.demands.Get().(*admission.Demand)
	if d == nil {
		d = new(admission.Demand)
	}
	if err := l.demand(c, req, d); err != nil {
		return nil, false, err
	}
	if ctx := req.Context(); ctx.Err() != nil {
		return nil, false, ctxerr.Of(ctx)
	}
	if l.shell.armed.Load() > 0 {
		l.key(c, req, d)
	}
	return d, !l.shell.admit(d) && !l.admitKeyed(c, req, d), nil
}

// release keeps a demand that is over for another request.
func release(l *Limiter, d *admission.Demand) {
	if d.Reset() {
		l.demands.Put(d)
	}
}

// admitKeyed gives a demand its key and tries again to admit it. It reports false if the demand had
// one.
func (l *Limiter) admitKeyed(c *layer.Call, req *http.Request, d *admission.Demand) bool {
	if d.Keyed {
		return false
	}
	l.key(c, req, d)
	return l.shell.admit(d)
}

// tripUntilHeaders sends a request whose end must be counted when its headers arrive.
func (l *Limiter) tripUntilHeaders(c *layer.Call, d *admission.Demand, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	done := false
	defer func() {
		if !done { // an inner layer panicked
			l.shell.finish(d, admission.Lost)
		}
	}()
	a := layer.AttemptFrom(req.Context())
	resp, err := next.RoundTrip(req)
	if err != nil {
		done = true
		l.finishNoting(req.Context(), d, withoutResponse(a))
		release(l, d)
		return resp, err
	}
	if l.pause.concerns(resp) {
		l.observe(c, req, resp, d.Pass()) // before the next request is let through
	}
	done = true
	l.finishNoting(req.Context(), d, outcomeOf(a, resp))
	release(l, d)
	return resp, nil
}

// finishNoting counts the end of a request and keeps for [Usage] what it took. A request that was
// not sent, or got its response from a recording, took nothing.
func (l *Limiter) finishNoting(ctx context.Context, d *admission.Demand, o admission.Outcome) {
	l.shell.finish(d, o)
	if d.Weighed && o != admission.Unsent {
		l.note(ctx, d)
	}
}

// outcomeOf returns the outcome that a response to the attempt means. If the response is from a
// recording, nothing was sent.
func outcomeOf(a *layer.Attempt, resp *http.Response) admission.Outcome {
	if a.Replayed() {
		return withoutResponse(a)
	}
	if s := verdict.Status(resp.StatusCode); s.Pause && s.Retryable { // a 403 is only about this request
		return admission.Warned
	}
	return admission.Good
}

// withoutResponse distinguishes a lost request from one that was not sent. An inner retry may have
// made attempts after a.
func withoutResponse(a *layer.Attempt) admission.Outcome {
	for row := range a.Call().Attempts() {
		if row.Number() >= a.Number() && row.Sent() {
			return admission.Lost
		}
	}
	return admission.Unsent
}
