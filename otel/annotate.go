package otel

import (
	"net/http"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy/layer"
)

// Annotate returns a round tripper that adds to the CLIENT spans of otelhttp what otelhttp does
// not know: the number of the resend and the route. Put it directly inside otelhttp, and otelhttp
// directly inside the stack:
//
//	gracy.Around(otelhttp.NewTransport(tel.Annotate(nil)), tel, retry.New(retry.Policy{}))
//
// A nil next means [http.DefaultTransport]. Outside a call it adds nothing.
func (t *Telemetry) Annotate(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return annotator{t, next}
}

type annotator struct {
	t    *Telemetry
	next http.RoundTripper
}

// RoundTrip adds the attributes to the span in the context of req.
func (n annotator) RoundTrip(req *http.Request) (*http.Response, error) {
	if c, span := layer.CallFrom(req.Context()), trace.SpanFromContext(req.Context()); c != nil && span.IsRecording() {
		if route := c.Route(); route != "" {
			span.SetAttributes(semconv.URLTemplate(n.t.text(route)))
		}
		if again := sentBefore(c) - 1; again > 0 { // the base is sending this one
			span.SetAttributes(semconv.HTTPRequestResendCount(again))
		}
	}
	return n.next.RoundTrip(req)
}

// Unwrap returns what it is around.
func (n annotator) Unwrap() http.RoundTripper { return n.next }

// CloseIdleConnections forwards.
func (n annotator) CloseIdleConnections() {
	if c, ok := n.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
