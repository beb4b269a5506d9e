package otel_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func (s *sdk) otelhttp(base http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(s.tracing), otelhttp.WithMeterProvider(s.metrics),
		otelhttp.WithPropagators(propagation.TraceContext{}))
}

// instrumented is the layer beside otelhttp.
func (s *sdk) instrumented() *otel.Telemetry {
	c := s.config()
	c.Instrumented = true
	return otel.New(c)
}

func TestWithOtelhttpInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		script := roundtriptest.Script(statuses(503, 503, 200)...)
		tel := s.instrumented()
		rt := gracy.Around(s.otelhttp(tel.Annotate(script)), tel, retry.New(retry.Policy{}))
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/pokemon/1")); err != nil {
			t.Fatal(err)
		}
		same(t, "spans", s.lines("http.request.resend_count", "url.template", "gracy.call.attempts"), []string{
			"internal GET /pokemon/{id} Unset gracy.call.attempts=3",
			"client HTTP GET Error url.template=/pokemon/{id}",
			"client HTTP GET Error http.request.resend_count=1 url.template=/pokemon/{id}",
			"client HTTP GET Unset http.request.resend_count=2 url.template=/pokemon/{id}",
		})
		for i, span := range s.kind(trace.SpanKindClient) {
			if got := script.Calls()[i].Header.Get("Traceparent"); got == "" || got[36:52] != span.SpanContext().SpanID().String() {
				t.Errorf("attempt %d carries %q, want the span %s", i+1, got, span.SpanContext().SpanID())
			}
		}
		if n := s.counted(t); n != 3 {
			t.Errorf("%d durations, want 3", n)
		}
	})
}

// Even with the layer of attempts, nothing is doubled.
func TestWithOtelhttpInsideAndAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		tel := s.instrumented()
		rt := gracy.Around(s.otelhttp(roundtriptest.Script(statuses(503, 200)...)), tel, retry.New(retry.Policy{}), tel.Attempts())
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/")); err != nil {
			t.Fatal(err)
		}
		if c, n := len(s.kind(trace.SpanKindClient)), s.counted(t); c != 2 || n != 2 {
			t.Errorf("%d CLIENT spans and %d durations of 2 requests", c, n)
		}
	})
}

func TestWithOtelhttpOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		script := roundtriptest.Script(statuses(503, 503, 200)...)
		tel := s.instrumented()
		rt := s.otelhttp(gracy.Around(script, tel, retry.New(retry.Policy{}), tel.Attempts()))
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/pokemon/1")); err != nil {
			t.Fatal(err)
		}
		client := s.kind(trace.SpanKindClient)
		if len(client) != 1 || s.counted(t) != 1 {
			t.Fatalf("%d CLIENT spans and %d durations, want the one of otelhttp", len(client), s.counted(t))
		}
		var got []string
		for _, span := range s.kind(trace.SpanKindInternal) {
			got = append(got, span.Name()+" "+valueOf(span, "error.type")+" "+valueOf(span, "gracy.attempt"))
		}
		same(t, "spans of ours", got, []string{"GET /pokemon/{id}  ", "attempt 503 1", "attempt 503 2", "attempt  3"})
		for _, c := range script.Calls() {
			if h := c.Header.Get("Traceparent"); h == "" || h[36:52] != client[0].SpanContext().SpanID().String() {
				t.Errorf("a request carries %q, want the CLIENT span %s", h, client[0].SpanContext().SpanID())
			}
		}
	})
}

// The control: without Instrumented both count.
func TestWithoutInstrumentedBothCount(t *testing.T) {
	s := newSDK()
	if _, err := do(t, s.otelhttp(s.stack(roundtriptest.Script(roundtriptest.Step{}))), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
		t.Fatal(err)
	}
	if c, n := len(s.kind(trace.SpanKindClient)), s.counted(t); c != 2 || n != 2 {
		t.Errorf("%d CLIENT spans and %d durations: the counts of the other tests show nothing", c, n)
	}
}

func TestAnnotateOutsideOfACallAddsNothing(t *testing.T) {
	s := newSDK()
	if _, err := do(t, s.otelhttp(s.instrumented().Annotate(roundtriptest.Script(roundtriptest.Step{}))), request(t.Context(), t, "GET", "http://api.test/pokemon/1")); err != nil {
		t.Fatal(err)
	}
	same(t, "spans", s.lines("url.template"), []string{"client HTTP GET Unset"})
}

func TestAnnotateForwards(t *testing.T) {
	base := roundtriptest.Script()
	tel := newSDK().instrumented()
	rt := tel.Annotate(base)
	rt.(interface{ CloseIdleConnections() }).CloseIdleConnections()
	if n := base.IdleCloses(); n != 1 {
		t.Errorf("CloseIdleConnections was forwarded %d times", n)
	}
	if got := rt.(interface{ Unwrap() http.RoundTripper }).Unwrap(); got != http.RoundTripper(base) {
		t.Errorf("Unwrap returns %v", got)
	}
	if got := tel.Annotate(nil).(interface{ Unwrap() http.RoundTripper }).Unwrap(); got != http.DefaultTransport {
		t.Errorf("around nil: %v", got)
	}
}

func TestContractOfAnnotate(t *testing.T) { roundtriptest.Run(t, newSDK().instrumented().Annotate) }
