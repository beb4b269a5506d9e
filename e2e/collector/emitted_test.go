package collector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// factsOfStubs returns the facts of spans in the types of the SDK.
func factsOfStubs(spans tracetest.SpanStubs) (f facts) {
	for _, s := range spans {
		of := fmt.Sprintf("span %s/%s %q", s.SpanContext.TraceID(), s.SpanContext.SpanID(), s.Name)
		f.add(of, "resource %s", resourceText(s.Resource))
		f.add(of, "scope %s", scopeText(s.InstrumentationScope))
		f.add(of, "kind %s", s.SpanKind)
		f.add(of, "flags %02x, state %q", byte(s.SpanContext.TraceFlags()), s.SpanContext.TraceState())
		if s.Parent.SpanID().IsValid() {
			f.add(of, "parent %s, remote %v", s.Parent.SpanID(), s.Parent.IsRemote())
		}
		f.add(of, "from %d to %d", s.StartTime.UnixNano(), s.EndTime.UnixNano())
		f.add(of, "status %s %q", codeText(s.Status.Code), s.Status.Description)
		f.add(of, "dropped %d attributes, %d events, %d links", s.DroppedAttributes, s.DroppedEvents, s.DroppedLinks)
		f.attributes(of, s.Attributes)
		for i, e := range s.Events {
			event := fmt.Sprintf("%s event %d %q", of, i, e.Name)
			f.add(event, "at %d, dropped %d", e.Time.UnixNano(), e.DroppedAttributeCount)
			f.attributes(event, e.Attributes)
		}
		for i, l := range s.Links {
			link := fmt.Sprintf("%s link %d", of, i)
			f.add(link, "to %s/%s, flags %02x, remote %v", l.SpanContext.TraceID(), l.SpanContext.SpanID(), byte(l.SpanContext.TraceFlags()), l.SpanContext.IsRemote())
			f.attributes(link, l.Attributes)
		}
	}
	return f
}

func codeText(c codes.Code) string {
	switch c {
	case codes.Error:
		return "error"
	case codes.Ok:
		return "ok"
	}
	return "unset"
}

func (f *facts) attributes(of string, list []attribute.KeyValue) {
	for _, a := range list {
		f.add(of, "attribute %s", attributeText(a))
	}
}

func attributeText(a attribute.KeyValue) string { return string(a.Key) + "=" + valueText(a.Value) }

func attributesText(list []attribute.KeyValue) string {
	texts := make([]string, 0, len(list))
	for _, a := range list {
		texts = append(texts, attributeText(a))
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, " ") + "}"
}

// valueText returns a value with its type.
func valueText(v attribute.Value) string {
	switch v.Type() {
	case attribute.BOOL:
		return fmt.Sprintf("bool(%v)", v.AsBool())
	case attribute.INT64:
		return fmt.Sprintf("int(%d)", v.AsInt64())
	case attribute.FLOAT64:
		return "float(" + floatText(v.AsFloat64()) + ")"
	case attribute.STRING:
		return fmt.Sprintf("string(%q)", v.AsString())
	case attribute.STRINGSLICE:
		texts := make([]string, 0)
		for _, s := range v.AsStringSlice() {
			texts = append(texts, fmt.Sprintf("string(%q)", s))
		}
		return "[" + strings.Join(texts, " ") + "]"
	default:
		return fmt.Sprintf("a value of the type %s, which nothing here emits", v.Type())
	}
}

func floatText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func resourceText(r *resource.Resource) string {
	return fmt.Sprintf("%s %q", attributesText(r.Attributes()), r.SchemaURL())
}

func scopeText(s instrumentation.Scope) string {
	return fmt.Sprintf("%s@%s %s %q", s.Name, s.Version, attributesText(s.Attributes.ToSlice()), s.SchemaURL)
}

// factsOfMetrics returns the facts of histograms in the types of the SDK. It keeps nothing of m.
func factsOfMetrics(m *metricdata.ResourceMetrics) (f facts) {
	for _, s := range m.ScopeMetrics {
		for _, metric := range s.Metrics {
			of := fmt.Sprintf("metric %q", metric.Name)
			home := fmt.Sprintf("resource %s, scope %s, unit %q, %q", resourceText(m.Resource), scopeText(s.Scope), metric.Unit, metric.Description)
			switch h := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				addHistogram(&f, of, home, h)
			case metricdata.Histogram[int64]:
				addHistogram(&f, of, home, h)
			default:
				f.add(of, "data of the type %T, which nothing here emits", h)
			}
		}
	}
	return f
}

func addHistogram[N int64 | float64](f *facts, of, home string, h metricdata.Histogram[N]) {
	for _, p := range h.DataPoints {
		point := fmt.Sprintf("%s %s at %d", of, attributesText(p.Attributes.ToSlice()), p.Time.UnixNano())
		f.add(point, "%s", home)
		f.add(point, "%s since %d", temporalityText(h.Temporality), p.StartTime.UnixNano())
		f.add(point, "count %d, sum %s", p.Count, floatText(float64(p.Sum)))
		least, _ := p.Min.Value()
		most, _ := p.Max.Value()
		f.add(point, "from %s to %s", floatText(float64(least)), floatText(float64(most)))
		f.add(point, "buckets %d of %v", p.BucketCounts, p.Bounds)
		for _, e := range p.Exemplars {
			f.add(point, "exemplar %s at %d of %x/%x, left out %s", floatText(float64(e.Value)), e.Time.UnixNano(), e.TraceID, e.SpanID, attributesText(e.FilteredAttributes))
		}
	}
}

func temporalityText(t metricdata.Temporality) string {
	switch t {
	case metricdata.CumulativeTemporality:
		return "cumulative"
	case metricdata.DeltaTemporality:
		return "delta"
	default:
		return "of no temporality"
	}
}
