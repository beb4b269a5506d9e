package otel_test

import (
	"net/http"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	nometric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
)

// BenchmarkCall is a call of one request by what is around a base that does nothing: the spans of
// both layers and a duration, and otelhttp with its one span, duration and sizes.
func BenchmarkCall(b *testing.B) {
	full := func(options ...sdktrace.TracerProviderOption) otel.Config {
		s := newSDK()
		c := s.config()
		c.TracerProvider = sdktrace.NewTracerProvider(options...) // keeps no span
		return c
	}
	nothing := otel.Config{TracerProvider: notrace.NewTracerProvider(), MeterProvider: nometric.NewMeterProvider(), Propagator: propagation.TraceContext{}}
	for _, bench := range []struct {
		name string
		c    otel.Config
	}{
		{"off", nothing},
		{"unsampled", full(sdktrace.WithSampler(sdktrace.NeverSample()), sdktrace.WithSyncer(discard{}))},
		{"sampled", full(sdktrace.WithSyncer(discard{}))},
	} {
		tel := otel.New(bench.c)
		b.Run(bench.name+"/ours", func(b *testing.B) {
			run(b, func(base http.RoundTripper) http.RoundTripper { return gracy.Around(base, tel, tel.Attempts()) })
		})
		b.Run(bench.name+"/attempts alone", func(b *testing.B) {
			run(b, func(base http.RoundTripper) http.RoundTripper { return gracy.Around(base, tel.Attempts()) })
		})
		b.Run(bench.name+"/otelhttp", func(b *testing.B) {
			run(b, func(base http.RoundTripper) http.RoundTripper {
				return otelhttp.NewTransport(base, otelhttp.WithTracerProvider(bench.c.TracerProvider),
					otelhttp.WithMeterProvider(bench.c.MeterProvider), otelhttp.WithPropagators(propagation.TraceContext{}))
			})
		})
	}
}

func run(b *testing.B, wrap func(http.RoundTripper) http.RoundTripper) {
	b.Helper()
	rt := wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req, Body: http.NoBody}, nil
	}))
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://api.test/pokemon/1", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
