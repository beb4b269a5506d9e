package collector

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/gracy-go/gracy/otel"
)

// exporters are OpenTelemetry's exporters to a collector.
type exporters struct {
	traces  sdktrace.SpanExporter
	metrics sdkmetric.Exporter
}

func overHTTP(t *testing.T, p *process) (e exporters) {
	t.Helper()
	var err error
	if e.traces, err = otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(p.http), otlptracehttp.WithInsecure()); err != nil {
		t.Fatal(err)
	}
	if e.metrics, err = otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpoint(p.http), otlpmetrichttp.WithInsecure()); err != nil {
		t.Fatal(err)
	}
	return e
}

func overGRPC(t *testing.T, p *process) (e exporters) {
	t.Helper()
	var err error
	if e.traces, err = otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(p.grpc), otlptracegrpc.WithInsecure()); err != nil {
		t.Fatal(err)
	}
	if e.metrics, err = otlpmetricgrpc.New(t.Context(), otlpmetricgrpc.WithEndpoint(p.grpc), otlpmetricgrpc.WithInsecure()); err != nil {
		t.Fatal(err)
	}
	return e
}

// An sdk is OpenTelemetry's SDK. It sends to a collector and keeps the same in memory.
type sdk struct {
	tracing *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
	spans   *tracetest.InMemoryExporter
	points  *beside
}

func newSDK(t *testing.T, to exporters) *sdk {
	t.Helper()
	about, err := resource.New(t.Context(), resource.WithSchemaURL(semconv.SchemaURL), resource.WithAttributes(
		semconv.ServiceName("a program"), semconv.ServiceVersion("1.2.3"), attribute.StringSlice("program.parts", []string{"one", "two"})))
	if err != nil {
		t.Fatal(err)
	}
	s := &sdk{spans: tracetest.NewInMemoryExporter(), points: &beside{Exporter: to.metrics}}
	s.tracing = sdktrace.NewTracerProvider(sdktrace.WithResource(about), sdktrace.WithSampler(sdktrace.ParentBased(butQuiet{})),
		sdktrace.WithSyncer(s.spans), sdktrace.WithBatcher(to.traces))
	s.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithResource(about),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(s.points, sdkmetric.WithInterval(time.Hour)))) // the test flushes
	return s
}

func (s *sdk) config() otel.Config {
	return otel.Config{
		TracerProvider: s.tracing, MeterProvider: s.metrics,
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
}

// flush sends what has been emitted so far.
func (s *sdk) flush(t *testing.T) {
	t.Helper()
	if err := s.tracing.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.metrics.ForceFlush(t.Context()); err != nil {
		t.Error(err)
	}
}

// emitted is what the exporters in memory were given.
type emitted struct {
	spans  tracetest.SpanStubs
	points facts
}

// end sends all that is left, and returns what was emitted.
func (s *sdk) end(t *testing.T) emitted {
	t.Helper()
	spans := s.spans.GetSpans() // the exporter forgets them when it is shut down
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.tracing.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := s.metrics.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	return emitted{spans, s.points.all()}
}

// beside keeps what it passes on to an exporter. If it were a second reader instead, the two would
// choose different exemplars.
type beside struct {
	sdkmetric.Exporter

	mu   sync.Mutex // mu guards seen
	seen facts
}

// Export implements sdkmetric.Exporter.
func (b *beside) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	seen := factsOfMetrics(m)
	b.mu.Lock()
	b.seen = append(b.seen, seen...)
	b.mu.Unlock()
	return b.Exporter.Export(ctx, m)
}

func (b *beside) all() facts {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen
}

// butQuiet samples all spans but those of the route /quiet/{id}.
type butQuiet struct{}

// ShouldSample implements sdktrace.Sampler.
func (butQuiet) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Name == "GET /quiet/{id}" {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop}
	}
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
}

// Description implements sdktrace.Sampler.
func (butQuiet) Description() string { return "all but quiet ones" }
