package logging

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// layerName is how Explain shows the layer.
const layerName = "logging"

// A Log is the layer that logs. It is safe for concurrent use.
type Log struct{ plan plan }

// New returns a layer that logs as c says. It panics on a template with a
// placeholder that its event does not know.
func New(c Config) *Log {
	return &Log{plan{c, c.compile(false)}}
}

// Wrap implements [transport.Layer].
func (l *Log) Wrap(next http.RoundTripper) http.RoundTripper {
	if l.plan.config.Logger == nil {
		return layer.Wrap(layerName, l, next, nil)
	}
	return layer.Wrap(layerName, l, next, l.trip)
}

func (l *Log) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	p := l.of(req.Context())
	if p.config.Logger == nil {
		return next.RoundTrip(req)
	}
	p.log(request, layer.Event{Call: c}, req, 0)
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
		p.log(response, e, req, elapsed)
	}
	switch v {
	case verdict.OK, verdict.Canceled, verdict.Unjudged:
	default:
		p.log(failure, e, req, elapsed)
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
	p.Note("logging: to a slog.Logger")
}
