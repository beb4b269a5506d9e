package collector

import (
	"fmt"
	"slices"
	"strings"

	wire "go.opentelemetry.io/proto/otlp/common/v1"
	wiremetrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	wireresource "go.opentelemetry.io/proto/otlp/resource/v1"
	wiretrace "go.opentelemetry.io/proto/otlp/trace/v1"
)

// remote is the flag of a span whose parent is remote, and of a link to a remote span.
const remote = uint32(wiretrace.SpanFlags_SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK)

// factsOfSpans returns the facts of spans in the types of the protocol.
func factsOfSpans(all []*wiretrace.ResourceSpans) (f facts) {
	for _, r := range all {
		for _, sc := range r.GetScopeSpans() {
			for _, s := range sc.GetSpans() {
				of := fmt.Sprintf("span %x/%x %q", s.GetTraceId(), s.GetSpanId(), s.GetName())
				f.add(of, "resource %s", wireResource(r.GetResource(), r.GetSchemaUrl()))
				f.add(of, "scope %s", wireScope(sc.GetScope(), sc.GetSchemaUrl()))
				f.wireSpan(of, s)
			}
		}
	}
	return f
}

func (f *facts) wireSpan(of string, s *wiretrace.Span) {
	f.add(of, "kind %s", strings.ToLower(strings.TrimPrefix(s.GetKind().String(), "SPAN_KIND_")))
	f.add(of, "flags %02x, state %q", byte(s.GetFlags()), s.GetTraceState())
	if len(s.GetParentSpanId()) > 0 {
		f.add(of, "parent %x, remote %v", s.GetParentSpanId(), s.GetFlags()&remote != 0)
	}
	f.add(of, "from %d to %d", s.GetStartTimeUnixNano(), s.GetEndTimeUnixNano())
	f.add(of, "status %s %q", strings.ToLower(strings.TrimPrefix(s.GetStatus().GetCode().String(), "STATUS_CODE_")), s.GetStatus().GetMessage())
	f.add(of, "dropped %d attributes, %d events, %d links", s.GetDroppedAttributesCount(), s.GetDroppedEventsCount(), s.GetDroppedLinksCount())
	f.wireAttributes(of, s.GetAttributes())
	for i, e := range s.GetEvents() {
		event := fmt.Sprintf("%s event %d %q", of, i, e.GetName())
		f.add(event, "at %d, dropped %d", e.GetTimeUnixNano(), e.GetDroppedAttributesCount())
		f.wireAttributes(event, e.GetAttributes())
	}
	for i, l := range s.GetLinks() {
		link := fmt.Sprintf("%s link %d", of, i)
		f.add(link, "to %x/%x, flags %02x, remote %v", l.GetTraceId(), l.GetSpanId(), byte(l.GetFlags()), l.GetFlags()&remote != 0)
		f.wireAttributes(link, l.GetAttributes())
	}
}

func (f *facts) wireAttributes(of string, list []*wire.KeyValue) {
	for _, a := range list {
		f.add(of, "attribute %s", wireAttribute(a))
	}
}

func wireAttribute(a *wire.KeyValue) string { return a.GetKey() + "=" + wireValue(a.GetValue()) }

func wireSet(list []*wire.KeyValue) string {
	texts := make([]string, 0, len(list))
	for _, a := range list {
		texts = append(texts, wireAttribute(a))
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, " ") + "}"
}

func wireValue(v *wire.AnyValue) string {
	switch v := v.GetValue().(type) {
	case *wire.AnyValue_BoolValue:
		return fmt.Sprintf("bool(%v)", v.BoolValue)
	case *wire.AnyValue_IntValue:
		return fmt.Sprintf("int(%d)", v.IntValue)
	case *wire.AnyValue_DoubleValue:
		return "float(" + floatText(v.DoubleValue) + ")"
	case *wire.AnyValue_StringValue:
		return fmt.Sprintf("string(%q)", v.StringValue)
	case *wire.AnyValue_ArrayValue:
		texts := make([]string, 0)
		for _, e := range v.ArrayValue.GetValues() {
			texts = append(texts, wireValue(e))
		}
		return "[" + strings.Join(texts, " ") + "]"
	default:
		return fmt.Sprintf("a value of the type %T, which nothing here emits", v)
	}
}

func wireResource(r *wireresource.Resource, schema string) string {
	return fmt.Sprintf("%s %q", wireSet(r.GetAttributes()), schema)
}

func wireScope(s *wire.InstrumentationScope, schema string) string {
	return fmt.Sprintf("%s@%s %s %q", s.GetName(), s.GetVersion(), wireSet(s.GetAttributes()), schema)
}

// factsOfHistograms returns the facts of histograms in the types of the protocol.
func factsOfHistograms(all []*wiremetrics.ResourceMetrics) (f facts) {
	for _, r := range all {
		for _, s := range r.GetScopeMetrics() {
			for _, m := range s.GetMetrics() {
				of := fmt.Sprintf("metric %q", m.GetName())
				h := m.GetHistogram()
				if h == nil {
					f.add(of, "data of the type %T, which nothing here emits", m.GetData())
					continue
				}
				home := fmt.Sprintf("resource %s, scope %s, unit %q, %q", wireResource(r.GetResource(), r.GetSchemaUrl()),
					wireScope(s.GetScope(), s.GetSchemaUrl()), m.GetUnit(), m.GetDescription())
				for _, p := range h.GetDataPoints() {
					f.wirePoint(of, home, h.GetAggregationTemporality(), p)
				}
			}
		}
	}
	return f
}

func (f *facts) wirePoint(of, home string, temporality wiremetrics.AggregationTemporality, p *wiremetrics.HistogramDataPoint) {
	point := fmt.Sprintf("%s %s at %d", of, wireSet(p.GetAttributes()), p.GetTimeUnixNano())
	f.add(point, "%s", home)
	f.add(point, "%s since %d", strings.ToLower(strings.TrimPrefix(temporality.String(), "AGGREGATION_TEMPORALITY_")), p.GetStartTimeUnixNano())
	f.add(point, "count %d, sum %s", p.GetCount(), floatText(p.GetSum()))
	f.add(point, "from %s to %s", floatText(p.GetMin()), floatText(p.GetMax()))
	f.add(point, "buckets %d of %v", p.GetBucketCounts(), p.GetExplicitBounds())
	for _, e := range p.GetExemplars() {
		value := e.GetAsDouble()
		if _, whole := e.GetValue().(*wiremetrics.Exemplar_AsInt); whole {
			value = float64(e.GetAsInt())
		}
		f.add(point, "exemplar %s at %d of %x/%x, left out %s", floatText(value), e.GetTimeUnixNano(), e.GetTraceId(), e.GetSpanId(), wireSet(e.GetFilteredAttributes()))
	}
}
