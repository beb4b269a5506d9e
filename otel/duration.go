package otel

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// mostSeries is how many series of one target are kept ready.
const mostSeries = 64

// A seriesKey is what distinguishes the durations of one target.
type seriesKey struct {
	status       int
	major, minor int
	errorType    string
}

// A series is the attributes of durations, ready to be recorded with.
type series []metric.RecordOption

// histogram makes the instrument of the durations.
func histogram(m metric.Meter) metric.Float64Histogram {
	h, err := m.Float64Histogram("http.client.request.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP client requests."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		otel.Handle(err)
	}
	return h
}

// record records the duration of one request. Its context has the span of the request, for exemplars.
func (t *Telemetry) record(ctx context.Context, to *target, r result, d time.Duration) {
	if t.seconds == nil || !t.seconds.Enabled(ctx) {
		return
	}
	s, ok := to.series.find(r.series)
	if !ok {
		set := attribute.NewSet(append(slices.Clone(to.labels), r.attributes()...)...)
		s, _ = to.series.keep(r.series, series{metric.WithAttributeSet(set)})
	}
	t.seconds.Record(ctx, d.Seconds(), s...)
}

// attributes returns the result of a request in the words of the semantic conventions.
func (r result) attributes() (attrs []attribute.KeyValue) {
	if r.series.status != 0 {
		attrs = append(attrs, semconv.HTTPResponseStatusCode(r.series.status))
	}
	if r.series.errorType != "" {
		attrs = append(attrs, semconv.ErrorTypeKey.String(r.series.errorType))
	}
	if v := protocol(r.series.major, r.series.minor); v != "" {
		attrs = append(attrs, semconv.NetworkProtocolVersion(v))
	}
	return attrs
}

// protocol returns the version of HTTP: "1.1", "2", "3".
func protocol(major, minor int) string {
	switch major {
	case 0:
		return ""
	case 1:
		return "1." + strconv.Itoa(minor)
	}
	return strconv.Itoa(major)
}

// keyOf returns what the response says for the key of a series.
func keyOf(resp *http.Response) seriesKey {
	return seriesKey{status: resp.StatusCode, major: resp.ProtoMajor, minor: resp.ProtoMinor}
}
