package otel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// An sdk is the real one, whose spans and metrics stay in memory.
type sdk struct {
	tracing *sdktrace.TracerProvider
	spans   *tracetest.SpanRecorder
	metrics *sdkmetric.MeterProvider
	reader  *sdkmetric.ManualReader
}

func newSDK(options ...sdktrace.TracerProviderOption) *sdk {
	s := &sdk{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	s.tracing = sdktrace.NewTracerProvider(append(options, sdktrace.WithSpanProcessor(s.spans))...)
	s.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader))
	return s
}

func (s *sdk) config() otel.Config {
	return otel.Config{TracerProvider: s.tracing, MeterProvider: s.metrics, Propagator: propagation.TraceContext{}}
}

// stack is a client's: both layers with a retry between them.
func (s *sdk) stack(base http.RoundTripper, between ...transport.Layer) http.RoundTripper {
	return stack(otel.New(s.config()), base, between...)
}

func stack(tel *otel.Telemetry, base http.RoundTripper, between ...transport.Layer) http.RoundTripper {
	layers := append([]transport.Layer{tel, retry.New(retry.Policy{})}, between...)
	return gracy.Around(base, append(layers, tel.Attempts())...)
}

// lines describes the ended spans as text, in the order in which they began: kind, name, status, the
// sorted attributes whose keys are given.
func (s *sdk) lines(keys ...string) (lines []string) {
	for _, span := range s.ended() {
		line := span.SpanKind().String() + " " + span.Name() + " " + span.Status().Code.String()
		for _, k := range keys {
			if v := valueOf(span, k); v != "" {
				line += " " + k + "=" + v
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// ended returns the spans in the order in which they began, outer ones first.
func (s *sdk) ended() []sdktrace.ReadOnlySpan {
	spans := s.spans.Ended()
	parents := map[trace.SpanID]trace.SpanID{}
	for _, span := range spans {
		parents[span.SpanContext().SpanID()] = span.Parent().SpanID()
	}
	depth := func(span sdktrace.ReadOnlySpan) (n int) {
		for id := span.Parent().SpanID(); id.IsValid(); id = parents[id] {
			n++
		}
		return n
	}
	slices.SortStableFunc(spans, func(a, b sdktrace.ReadOnlySpan) int {
		if c := a.StartTime().Compare(b.StartTime()); c != 0 {
			return c
		}
		return depth(a) - depth(b)
	})
	return spans
}

// kind returns the ended spans of a kind.
func (s *sdk) kind(k trace.SpanKind) (spans []sdktrace.ReadOnlySpan) {
	for _, span := range s.ended() {
		if span.SpanKind() == k {
			spans = append(spans, span)
		}
	}
	return spans
}

func valueOf(span sdktrace.ReadOnlySpan, key string) string {
	for _, a := range span.Attributes() {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

// collect returns what the reader has.
func (s *sdk) collect(t *testing.T) metricdata.ResourceMetrics {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := s.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// durations returns the series of the histogram, of every instrumentation.
func (s *sdk) durations(t *testing.T) (points []metricdata.HistogramDataPoint[float64]) {
	t.Helper()
	for _, scope := range s.collect(t).ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name == "http.client.request.duration" {
				points = append(points, m.Data.(metricdata.Histogram[float64]).DataPoints...)
			}
		}
	}
	return points
}

// counted returns how many durations were recorded.
func (s *sdk) counted(t *testing.T) (n uint64) {
	t.Helper()
	for _, p := range s.durations(t) {
		n += p.Count
	}
	return n
}

// everything returns all that was emitted as one text.
func (s *sdk) everything(t *testing.T) string {
	t.Helper()
	spans := tracetest.SpanStubsFromReadOnlySpans(s.spans.Ended())
	text := fmt.Sprintf("%+v", spans)
	metrics, err := json.Marshal(s.collect(t))
	if err != nil {
		t.Fatal(err)
	}
	return text + string(metrics)
}

func set(kv ...attribute.KeyValue) attribute.Set { return attribute.NewSet(kv...) }

func request(ctx context.Context, t *testing.T, method, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// do sends a request and reads the response, if there is one.
func do(t *testing.T, rt http.RoundTripper, req *http.Request) (status int, err error) {
	t.Helper()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// discard is an exporter that keeps nothing.
type discard struct{}

func (discard) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }

func (discard) Shutdown(context.Context) error { return nil }
