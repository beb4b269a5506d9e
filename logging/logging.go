package logging

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
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
	pc      atomic.Uintptr // the result of source, 0 before its first call
}

// New returns a layer that logs as c says. It panics on a template with a
// placeholder that its event does not know, and on a negative number.
func New(c Config) *Log {
	if c.Repeats < 0 {
		panic(fmt.Sprintf("logging: Repeats is negative: %v", c.Repeats))
	}
	return &Log{plan: newPlan(c, false), repeats: repeats{start: time.Now(), sorts: map[same]*repeated{}}}
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
		l.overdue()
	}
	ctx := req.Context()
	p := l.of(ctx)
	if p.events[request].on {
		l.begun(p, c, req)
	}
	if !p.outcomes {
		return next.RoundTrip(req)
	}
	at := layer.AttemptFrom(ctx)
	waited := at.Waited()
	resp, err := next.RoundTrip(req)
	a := at.For(resp)
	v := a.End(resp, err)
	if v != verdict.OK || p.events[response].on {
		l.outcome(p, a, resp, err, req, v, at.Start().Add(waited))
	}
	return resp, err
}

// begun logs that a request is passed on. It is not part of trip, because the frame of trip stays
// on the stack while the call waits in an inner layer.
//
//go:noinline
func (l *Log) begun(p *plan, c *layer.Call, req *http.Request) {
	l.log(p, request, layer.Event{Call: c}, req)
}

// outcome logs how an attempt that began at start ended. It reads the clock only if a line is
// written.
func (l *Log) outcome(p *plan, a *layer.Attempt, resp *http.Response, err error, req *http.Request, v verdict.Verdict, start time.Time) {
	ctx := req.Context()
	e := layer.Event{Call: a.Call(), Attempt: a, Response: resp, Err: causeOf(a, resp, err)}
	responded := resp != nil && p.wants(ctx, response)
	failed := failed(a, e.Err, v) && p.wants(ctx, failure)
	if !responded && !failed {
		return
	}
	elapsed := time.Since(start)
	if responded {
		l.line(p, response, e, req, elapsed)
	}
	if failed {
		l.line(p, failure, e, req, elapsed)
	}
}

// causeOf returns why a call failed: the error of its last attempt, unless an outer layer has made
// another outcome of it.
func causeOf(a *layer.Attempt, resp *http.Response, err error) error {
	switch row := a.Err(); {
	case resp != nil && resp.StatusCode != a.Status():
		return nil
	case err == nil, a.Status() == 0 && ctxerr.Is(err, row):
		return row
	}
	return err
}

// failed reports whether an attempt is logged as a failure. As in metrics, the end of a time limit
// is one, also of the caller's, and the caller's cancellation is not.
func failed(a *layer.Attempt, err error, v verdict.Verdict) bool {
	switch v {
	case verdict.OK, verdict.Unjudged:
		return false
	case verdict.Canceled:
		return ctxerr.ByLimit(err) || ctxerr.TimedOut(a.Call().Request().Context())
	default:
		return true
	}
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
