package layer

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// LimitOf returns what the start of the body of resp, the response to a, says about
// limits: by the [verdict.LimitReader] of the call, or by [verdict.ReadLimit]. Only a
// 403 or 429 that the caller does not accept is looked at, once an attempt, and its
// body is put back. The attempt's goroutine calls it, on the way back; [Attempt.End]
// does, too.
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
	a.Own(resp)
	var body []byte
	if checkable(resp) {
		body, _ = bodies.Peek(resp, bodies.LimitBytes, bodies.LimitTime) // what came is enough
	}
	var read verdict.LimitReader
	if a.call.settings != nil {
		read, _ = setting.Lookup[verdict.LimitReader](a.call.Settings())
	}
	l = read.Read(resp, body)
	x.mu.Lock()
	x.limit, x.limitKnown = l, true
	x.mu.Unlock()
	return l
}

// limited is what a verdict becomes by what the body says.
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
