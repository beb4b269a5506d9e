package logging

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// layerName is how Explain shows the layer.
const layerName = "logging"

// A Log is the layer that logs. It is safe for concurrent use.
type Log struct {
	plan    plan
	seen    [kinds]atomic.Uint64 // the events of each kind with Every
	repeats repeats
}

// New returns a layer that logs as c says. It panics on a template with a
// placeholder that its event does not know, and on a negative number.
func New(c Config) *Log {
	if c.Repeats < 0 {
		panic(fmt.Sprintf("logging: Repeats is %v", c.Repeats))
	}
	return &Log{plan: plan{c, c.compile(false)}, repeats: repeats{start: time.Now(), sorts: map[same]*repeated{}}}
}

// Wrap implements [transport.Layer].
func (l *Log) Wrap(next http.RoundTripper) http.RoundTripper {
	if l.plan.config.Logger == nil {
		return layer.Wrap(layerName, l, next, nil)
	}
	return layer.Wrap(layerName, l, next, l.trip)
}

func (l *Log) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if l.repeats.isDue() {
		l.write(l.repeats.sweep(false))
	}
	p := l.of(req.Context())
	if p.config.Logger == nil {
		return next.RoundTrip(req)
	}
	l.log(p, request, layer.Event{Call: c}, req, 0)
	after := p.wants(req.Context(), response) || p.wants(req.Context(), failure)
	var start time.Time
	if after {
		start = time.Now()
	}
	resp, err := next.RoundTrip(req)
	if !after {
		return resp, err
	}
	a := c.Attempt().For(resp)
	elapsed := time.Since(start)
	v := a.End(resp, err)
	e := layer.Event{Call: c, Attempt: a, Response: resp, Err: a.Err()}
	if resp != nil {
		l.log(p, response, e, req, elapsed)
	}
	switch v {
	case verdict.OK, verdict.Canceled, verdict.Unjudged:
	default:
		l.log(p, failure, e, req, elapsed)
	}
	return resp, err
}

// Explain implements [transport.Explainer].
func (l *Log) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	if l.plan.config.Logger == nil {
		p.Note("logging: off")
		return
	}
	if every := l.plan.config.Repeats; every > 0 {
		p.Note("logging: to a slog.Logger, repeats counted for %v", every)
		return
	}
	p.Note("logging: to a slog.Logger")
}
