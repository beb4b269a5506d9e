package collector

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	wiretrace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
)

// figures are counts of what arrived behind a collector for one call of three requests.
type figures struct {
	internal, client int    // spans
	durations        uint64 // points of http.client.request.duration
	parents          int    // different spans in the headers of the requests
}

// otelhttp doubles no span and no duration at the places that docs/otel.md names.
func TestBesideOtelhttp(t *testing.T) {
	instrumented := func(s *sdk) *otel.Telemetry {
		c := s.config()
		c.Instrumented = true
		return otel.New(c)
	}
	again := retry.New(retry.Policy{Delay: time.Millisecond})
	for name, test := range map[string]struct {
		wrap func(s *sdk, base http.RoundTripper) http.RoundTripper
		want figures
	}{
		"not there": {func(s *sdk, base http.RoundTripper) http.RoundTripper {
			tel := otel.New(s.config())
			return gracy.Around(base, tel, again, tel.Attempts())
		}, figures{1, 3, 3, 3}},
		"inside": {func(s *sdk, base http.RoundTripper) http.RoundTripper {
			tel := instrumented(s)
			return gracy.Around(s.otelhttp(tel.Annotate(base)), tel, again)
		}, figures{1, 3, 3, 3}},
		"outside": {func(s *sdk, base http.RoundTripper) http.RoundTripper {
			tel := instrumented(s)
			return s.otelhttp(gracy.Around(base, tel, again, tel.Attempts()))
		}, figures{4, 1, 1, 1}},
		"inside, and nobody says so: the control": {func(s *sdk, base http.RoundTripper) http.RoundTripper {
			tel := otel.New(s.config())
			return gracy.Around(s.otelhttp(base), tel, again, tel.Attempts())
		}, figures{1, 6, 6, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBehind(t)
			p := start(t, b.URL)
			s, api := newSDK(t, overHTTP(t, p)), newAPI(t)
			base := &http.Transport{}
			defer base.CloseIdleConnections()
			resp, err := (&http.Client{Transport: test.wrap(s, base)}).Get(api.URL + "/pokemon/25")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			r := run{emitted: s.end(t), sent: api.requests()}
			p.end(t)
			r.arrived = b.all(t)
			spans, points := factsOfSpans(r.arrived.traces), factsOfHistograms(r.arrived.metrics)
			same(t, "spans", factsOfStubs(r.emitted.spans), spans)
			same(t, "metrics", r.emitted.points, points)
			if got := r.figures(); got != test.want || len(r.sent) != 3 {
				t.Errorf("%d requests have %+v, want %+v", len(r.sent), got, test.want)
			}
			if n := len(spans.of("http.request.resend_count=")); name != "outside" && n != 2 {
				t.Errorf("%d spans have the number of the resend, want 2", n)
			}
		})
	}
}

func (s *sdk) otelhttp(base http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(s.tracing), otelhttp.WithMeterProvider(s.metrics),
		otelhttp.WithPropagators(propagation.TraceContext{}))
}

// figures counts what arrived.
func (r run) figures() (f figures) {
	for _, s := range r.spans() {
		switch s.GetKind() {
		case wiretrace.Span_SPAN_KIND_INTERNAL:
			f.internal++
		case wiretrace.Span_SPAN_KIND_CLIENT:
			f.client++
		default:
		}
	}
	for _, resource := range r.arrived.metrics {
		for _, scope := range resource.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				for _, p := range m.GetHistogram().GetDataPoints() {
					if m.GetName() == "http.client.request.duration" {
						f.durations += p.GetCount()
					}
				}
			}
		}
	}
	var parents []string
	for _, req := range r.sent {
		parents = append(parents, req.traceparent)
	}
	slices.Sort(parents)
	f.parents = len(slices.Compact(parents))
	return f
}
