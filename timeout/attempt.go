package timeout

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// An AttemptTimeout is the layer that [PerAttempt] returns. It is also an override that
// replaces the limit of the layer for the calls of a context. It is safe for concurrent use.
type AttemptTimeout struct {
	limit  attemptLimit
	alarms *alarms
	conns  conns
}

// attemptLimit is the time of an attempt. 0 means no limit.
type attemptLimit time.Duration

// Needs returns the layer that a limit needs.
func (l attemptLimit) Needs() string {
	if l == 0 {
		return ""
	}
	return attemptLayerName
}

// attemptLayerName is how Explain shows the layer.
const attemptLayerName = "attempt timeout"

// PerAttempt returns a layer that limits the time of each attempt until its headers. Put it
// inside retry. The time counts from the latest progress of the request body, so an upload is
// ended only if it stalls. If d is 0, the limit is 10 s; [NoTimeout] is no limit. PerAttempt
// panics on other negative limits.
//
// It may close the HTTP/2 connection on which an attempt timed out. If several stacks share a base,
// give them the same AttemptTimeout, so that it sees all their calls.
func PerAttempt(d time.Duration) *AttemptTimeout {
	d = limit("PerAttempt", d, defaultAttempt)
	return &AttemptTimeout{limit: attemptLimit(d), alarms: newAlarms(d), conns: conns{traceKey: traced.Key()}}
}

// Attach implements [transport.Override].
func (t *AttemptTimeout) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, t.limit)
}

// Wrap implements [transport.Layer].
func (t *AttemptTimeout) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(attemptLayerName, t, next, t.trip)
}

func (t *AttemptTimeout) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	l := t.limit
	if o, ok := layer.Setting[attemptLimit](req.Context()); ok {
		l = o
	}
	if l == 0 && t.limit == 0 {
		return next.RoundTrip(req)
	}
	v := t.conns.visit(req.Context())
	v.deadline.rule = rule{limit: time.Duration(l), fromUpload: true}
	return v.send(t.alarms, req, next)
}

// String describes the limit.
func (t *AttemptTimeout) String() string {
	return "attempt timeout: " + shown(time.Duration(t.limit))
}

// Explain implements [transport.Explainer].
func (t *AttemptTimeout) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	p.Note("%s", t)
	if d := time.Duration(t.limit); d > 0 && p.Longest > 0 && d >= p.Longest {
		p.Warn("an attempt may take %s, but the call ends after %s: the attempt timeout never acts", d, p.Longest)
	}
}
