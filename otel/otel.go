package otel

import (
	"net/http"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	nometric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/gracy-go/gracy/internal/built"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

const (
	module       = "github.com/gracy-go/gracy/otel"
	layerName    = "otel"
	attemptsName = "otel attempts"
)

// A Config says where spans and metrics go.
type Config struct {
	// TracerProvider makes the spans. Nil means the global one. The provider of package
	// trace/noop switches spans off.
	TracerProvider trace.TracerProvider
	// MeterProvider records the durations. Nil means the global one. The provider of package
	// metric/noop switches durations off.
	MeterProvider metric.MeterProvider
	// Propagator writes the context of a span into the headers of its request. Nil means the
	// global one.
	Propagator propagation.TextMapPropagator
	// Redactor masks URLs and error texts. Nil means the built-in list of secrets.
	Redactor *redact.Redactor
	// TemplateInMetrics adds the route as url.template to the durations. It multiplies their
	// series by the number of routes.
	TemplateInMetrics bool
	// Instrumented says that something else, such as otelhttp around or inside the stack, makes
	// CLIENT spans and durations for the same requests. Then the spans of [Telemetry.Attempts]
	// are INTERNAL, are named "attempt" and claim nothing about HTTP. No durations are recorded
	// and no headers are written.
	Instrumented bool
}

// A Telemetry is the layer that makes a span for each call. It is safe for concurrent use.
type Telemetry struct {
	config  Config
	tracer  trace.Tracer            // nil if there are no spans
	seconds metric.Float64Histogram // nil if there are no durations
	call    []trace.SpanStartOption
	attempt []trace.SpanStartOption // of an attempt that is not a CLIENT span
	targets cache[targetKey, *target]
	hosts   cache[string, struct{}] // in metrics

	// running holds the span of each *layer.Call that runs and whose span is recorded.
	running sync.Map
}

// New returns a layer that makes a span for each call. For what is nil in c it uses the current
// global of go.opentelemetry.io/otel. Several clients may share the layer.
func New(c Config) *Telemetry {
	if c.TracerProvider == nil {
		c.TracerProvider = otel.GetTracerProvider()
	}
	if c.MeterProvider == nil {
		c.MeterProvider = otel.GetMeterProvider()
	}
	if c.Propagator == nil {
		c.Propagator = otel.GetTextMapPropagator() // which may be given fields later
	} else if len(c.Propagator.Fields()) == 0 {
		c.Propagator = nil
	}
	t := &Telemetry{
		config:  c,
		call:    []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindInternal)},
		attempt: []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindInternal)},
		targets: cache[targetKey, *target]{most: mostTargets},
		hosts:   cache[string, struct{}]{most: mostHosts},
	}
	v := built.Version(module)
	if _, off := c.TracerProvider.(notrace.TracerProvider); !off {
		t.tracer = c.TracerProvider.Tracer(module, trace.WithInstrumentationVersion(v), trace.WithSchemaURL(semconv.SchemaURL))
	}
	if _, off := c.MeterProvider.(nometric.MeterProvider); !off {
		t.seconds = histogram(c.MeterProvider.Meter(module, metric.WithInstrumentationVersion(v), metric.WithSchemaURL(semconv.SchemaURL)))
	}
	return t
}

// Wrap implements [transport.Layer]. A nil next means [http.DefaultTransport].
func (t *Telemetry) Wrap(next http.RoundTripper) http.RoundTripper {
	if t.tracer == nil {
		return layer.Wrap(layerName, t, next, nil)
	}
	return layer.Wrap(layerName, t, next, t.trip)
}

// Attempts returns a layer that makes a span for each request that is sent, records its duration,
// and writes the context of the span into its headers. Put it innermost.
func (t *Telemetry) Attempts() *Attempts { return &Attempts{t} }

// Explain implements [transport.Explainer].
func (t *Telemetry) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Counts: true, Single: true})
	if t.tracer == nil {
		p.Note("otel: no spans")
		return
	}
	p.Note("otel: a span for each call")
}
