package otel

import (
	"context"
	"net/http"
	"time"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// Attempts is the layer that [Telemetry.Attempts] returns. It is safe for concurrent use.
type Attempts struct{ t *Telemetry }

// Wrap implements [transport.Layer]. A nil next means [http.DefaultTransport].
func (x *Attempts) Wrap(next http.RoundTripper) http.RoundTripper {
	t := x.t
	switch {
	case t.tracer == nil && (t.config.Instrumented || t.seconds == nil && t.config.Propagator == nil):
		return layer.Wrap(attemptsName, x, next, nil)
	case t.config.Instrumented:
		return layer.Wrap(attemptsName, x, next, x.plain)
	}
	return layer.Wrap(attemptsName, x, next, x.trip)
}

// Explain implements [transport.Explainer].
func (x *Attempts) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Single: true})
	switch {
	case x.t.config.Instrumented:
		p.Note("%s: INTERNAL spans and no durations, since something else makes those of HTTP (Config.Instrumented)", attemptsName)
	default:
		p.Note("%s: a CLIENT span and a duration for each request that is sent", attemptsName)
	}
}

// trip sends one request inside of its CLIENT span.
func (x *Attempts) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	t := x.t
	to := t.targetOf(c, req)
	ctx := req.Context()
	var span trace.Span
	done := false
	if t.tracer != nil {
		parent := ctx
		ctx, span = t.tracer.Start(parent, to.name, to.client...)
		defer func() {
			if !done {
				panicked(span)
			}
			span.End()
		}()
		if span.IsRecording() {
			t.describe(span, c, req)
		}
		if span.IsRecording() || !span.SpanContext().Equal(trace.SpanContextFromContext(parent)) {
			req = req.WithContext(ctx)
		}
	}
	if t.config.Propagator != nil {
		headers := &carrier{req: req}
		t.config.Propagator.Inject(ctx, headers)
		req = headers.req
	}
	start := time.Now()
	resp, err := next.RoundTrip(req)
	elapsed := time.Since(start)
	done = true
	x.finish(ctx, c, to, span, resp, err, elapsed)
	return resp, err
}

// describe sets what only a recorded span is worth.
func (t *Telemetry) describe(span trace.Span, c *layer.Call, req *http.Request) {
	full := semconv.URLFull(short(t.config.Redactor.URL(req.URL)))
	if n := sentBefore(c); n > 0 {
		span.SetAttributes(full, semconv.HTTPRequestResendCount(n))
		return
	}
	span.SetAttributes(full)
}

// finish records what came of a request.
func (x *Attempts) finish(ctx context.Context, c *layer.Call, to *target, span trace.Span, resp *http.Response, err error, elapsed time.Duration) {
	recording := span != nil && span.IsRecording()
	if !recording && x.t.seconds == nil {
		return
	}
	r := resultOf(ctx, c, resp, err)
	if recording {
		span.SetAttributes(r.attributes()...)
		if r.series.errorType != "" {
			x.t.setError(ctx, span, r.series.errorType, err)
		}
	}
	// An inner layer may have responded itself.
	if a := layer.AttemptFrom(ctx); a == nil || a.For(resp).Sent() {
		x.t.record(ctx, to, r, elapsed)
	}
}

// plain sends one request inside of a span that claims nothing about HTTP.
func (x *Attempts) plain(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	t := x.t
	parent := req.Context()
	ctx, span := t.tracer.Start(parent, "attempt", t.attempt...)
	done := false
	defer func() {
		if !done {
			panicked(span)
		}
		span.End()
	}()
	if span.IsRecording() {
		if a := layer.AttemptFrom(parent); a != nil {
			span.SetAttributes(attemptKey.Int(a.Number()))
		}
	}
	if span.IsRecording() || !span.SpanContext().Equal(trace.SpanContextFromContext(parent)) {
		req = req.WithContext(ctx)
	}
	resp, err := next.RoundTrip(req)
	done = true
	if r := resultOf(ctx, c, resp, err); span.IsRecording() && r.series.errorType != "" {
		t.failed(ctx, span, r.series.errorType, err)
	}
	return resp, err
}
