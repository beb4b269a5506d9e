package otel

import (
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/internal/errtype"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The attributes of our own, of calls and attempts.
const (
	attemptsKey = attribute.Key("gracy.call.attempts") // how many there were
	outcomeKey  = attribute.Key("gracy.call.outcome")  // the verdict
	offlineKey  = attribute.Key("gracy.call.replayed") // whether a recording responded
	attemptKey  = attribute.Key("gracy.attempt")       // the number of the attempt
)

// trip runs a call inside of its span.
func (t *Telemetry) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	parent := req.Context()
	ctx, span := t.tracer.Start(parent, t.targetOf(c, req).name, t.call...)
	done := false
	defer func() {
		if !done {
			panicked(span)
		}
		span.End()
	}()
	if !span.IsRecording() {
		if !span.SpanContext().Equal(trace.SpanContextFromContext(parent)) {
			req = req.WithContext(ctx) // the sampler's decision holds for what is inside, too
		}
		resp, err := next.RoundTrip(req)
		done = true
		return resp, err
	}
	t.running.Store(c, span)
	defer t.running.Delete(c)
	own := layer.AttemptFrom(parent)
	resp, err := next.RoundTrip(req.WithContext(ctx))
	done = true
	t.finish(own.For(resp), req, span, resp, err)
	return resp, err
}

// finish sets what is known of a call at its end, with the last attempt a.
func (t *Telemetry) finish(a *layer.Attempt, req *http.Request, span trace.Span, resp *http.Response, err error) {
	c, v := a.Call(), a.End(resp, err)
	span.SetAttributes(attemptsKey.Int(c.Count()), outcomeKey.String(v.String()))
	if c.Offline() {
		span.SetAttributes(offlineKey.Bool(true))
	}
	switch {
	case err != nil:
		t.failed(req.Context(), span, errtype.Of(req.Context(), err), err)
	case v == verdict.OK || v == verdict.Unjudged:
	case a.Err() != nil:
		t.failed(req.Context(), span, errtype.Of(req.Context(), a.Err()), a.Err())
	default:
		t.failed(req.Context(), span, strconv.Itoa(resp.StatusCode), nil)
	}
}

// panicked marks a span that a panic ended.
func panicked(span trace.Span) {
	span.SetAttributes(semconv.ErrorTypeKey.String("panic"))
	span.SetStatus(codes.Error, "an inner layer or the base panicked")
}
