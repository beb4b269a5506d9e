package layer

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// LimitOf returns what the start of the body of resp, the response to a, says about limits, as read
// by the call's [verdict.LimitReader] or by [verdict.ReadLimit]. It looks only at a 403 or 429 that
// the caller does not accept, once per attempt, and puts the body back. If the body says when to
// send again, that becomes a hint of the response. LimitOf is called by the attempt's goroutine, on
// the way back. [Attempt.End] calls it too.
func LimitOf(a *Attempt, resp *http.Response) verdict.Limit {
	if resp == nil || resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusTooManyRequests ||
		a.call.Expect().Accepts(resp.StatusCode) {
		return verdict.LimitUnknown
	}
	x := a.more()
	x.mu.Lock()
	l, known := x.limit, x.limitKnown
	x.mu.Unlock()
	if known {
		return l
	}
	var body []byte
	if d := limitTime(a, resp); d > 0 && checkable(resp) {
		body, _ = peek(a, resp, bodies.LimitBytes, d) // whatever arrived is enough
	}
	var read verdict.LimitReader
	if a.call.settings != nil {
		read, _ = setting.Lookup[verdict.LimitReader](a.call.Settings())
	}
	l = read.Read(resp, body)
	asked, _ := hint.InBody(body)
	x.mu.Lock()
	x.limit, x.limitKnown, x.asked = l, true, asked
	x.mu.Unlock()
	return l
}

// limitTime returns how long the start of the body of resp, the response to a, is waited for. If its
// request has a deadline, that is at most half of the time until then: the response has come in time,
// and is not to be lost because of its body.
func limitTime(a *Attempt, resp *http.Response) time.Duration {
	req := resp.Request
	if req == nil {
		req = &a.call.req
	}
	d := bodies.LimitTime
	if deadline, ok := req.Context().Deadline(); ok {
		d = min(d, time.Until(deadline)/2)
	}
	return d
}

// asked returns the wait that the body of the response asks for, or 0.
func (r *row) asked() time.Duration {
	x := r.extra.Load()
	if x == nil {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.asked
}

// limited returns the verdict as corrected by what the body says.
func limited(l verdict.Limit, v verdict.Verdict) verdict.Verdict {
	switch l {
	case verdict.LimitPasses:
		return verdict.Throttled
	case verdict.LimitStays:
		return verdict.Permanent
	case verdict.LimitUnknown:
	}
	return v
}
