package collector

import (
	"slices"
	"strings"
	"testing"

	wire "go.opentelemetry.io/proto/otlp/common/v1"
	wiremetrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	wiretrace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A change is a mistake that a collector could make. It says which facts the comparison must
// report.
type change struct {
	make           func(r *run) bool
	missing, extra []string // what each line must end with
}

// first returns the first span of a kind with a name.
func (r *run) first(kind wiretrace.Span_SpanKind, name string) *wiretrace.Span {
	for _, s := range r.spans() {
		if s.GetKind() == kind && s.GetName() == name {
			return s
		}
	}
	return nil
}

// The control: each change to what arrived is reported, and nothing else is.
func TestTheComparisonReportsExactlyWhatDiffers(t *testing.T) {
	const client, internal = wiretrace.Span_SPAN_KIND_CLIENT, wiretrace.Span_SPAN_KIND_INTERNAL
	original := whole(t, overHTTP)
	for name, c := range map[string]change{
		"nothing": {make: func(*run) bool { return true }},
		"an attribute is dropped": {
			make: func(r *run) bool {
				s := r.first(client, "POST /orders")
				n := len(s.GetAttributes())
				s.Attributes = slices.DeleteFunc(s.GetAttributes(), func(a *wire.KeyValue) bool { return a.GetKey() == "url.template" })
				return len(s.GetAttributes()) == n-1
			},
			missing: []string{`"POST /orders": attribute url.template=string("/orders")`},
		},
		"a number becomes a text": {
			make: func(r *run) bool {
				s := r.first(client, "POST /orders")
				i := slices.IndexFunc(s.GetAttributes(), func(a *wire.KeyValue) bool { return a.GetKey() == "http.response.status_code" })
				s.GetAttributes()[i].Value = &wire.AnyValue{Value: &wire.AnyValue_StringValue{StringValue: "201"}}
				return true
			},
			missing: []string{`"POST /orders": attribute http.response.status_code=int(201)`},
			extra:   []string{`"POST /orders": attribute http.response.status_code=string("201")`},
		},
		"an event is dropped": {
			make: func(r *run) bool {
				s := r.first(internal, "GET /down/{id}")
				s.Events = s.GetEvents()[:2]
				return true
			},
			missing: []string{", dropped 0", "attribute gracy.attempt=int(3)", `attribute gracy.reason=string("attempts used up: 3 of 3")`},
		},
		"a link is dropped": {
			make: func(r *run) bool {
				s := r.first(wiretrace.Span_SPAN_KIND_CONSUMER, "job")
				s.Links = nil
				return true
			},
			missing: []string{"flags 01, remote true", "attribute link.weight=float(0.25)"},
		},
		"a kind, a status and a parent change": {
			make: func(r *run) bool {
				s := r.first(client, "POST /orders")
				s.Kind, s.Status, s.ParentSpanId = internal, &wiretrace.Status{Code: wiretrace.Status_STATUS_CODE_OK}, []byte("parentid")
				return true
			},
			missing: []string{`"POST /orders": kind client`, ", remote false", `status unset ""`},
			extra:   []string{`"POST /orders": kind internal`, "parent 706172656e746964, remote false", `status ok ""`},
		},
		"a span arrives twice": {
			make: func(r *run) bool {
				s := r.first(internal, "POST /orders")
				for _, resource := range r.arrived.traces {
					for _, scope := range resource.GetScopeSpans() {
						if slices.Contains(scope.GetSpans(), s) {
							scope.Spans = append(scope.Spans, s)
							return true
						}
					}
				}
				return false
			},
			extra: []string{
				"", "", `"POST /orders": kind internal`, `flags 01, state "vendor=1"`, "remote false", "", `status unset ""`, "0 links",
				"attribute gracy.call.attempts=int(1)", `attribute gracy.call.outcome=string("ok")`,
			},
		},
		"an exemplar is dropped": {
			make:    func(r *run) bool { r.last()[0].Exemplars = r.last()[0].GetExemplars()[1:]; return true },
			missing: []string{"left out {}"},
		},
		"a bucket counts one more": {
			make:    func(r *run) bool { r.last()[0].GetBucketCounts()[0]++; return true },
			missing: []string{" 10]"}, extra: []string{" 10]"},
		},
		"a duration loses a label": {
			make: func(r *run) bool {
				p := &wiremetrics.HistogramDataPoint{}
				for _, p = range r.last() {
					if len(p.GetExemplars()) == 1 {
						break
					}
				}
				p.Attributes = p.GetAttributes()[1:]
				return true
			},
			missing: []string{"", "", "", "", "", ""}, extra: []string{"", "", "", "", "", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := original
			r.arrived = original.arrived.clone()
			if !c.make(&r) {
				t.Fatal("the change changes nothing")
			}
			emitted := append(factsOfStubs(r.emitted.spans), r.emitted.points...)
			missing, extra := difference(emitted, append(factsOfSpans(r.arrived.traces), factsOfHistograms(r.arrived.metrics)...))
			ends(t, "missing", missing, c.missing)
			ends(t, "extra", extra, c.extra)
		})
	}
}

// ends checks that there is one line for each wanted end, in any order.
func ends(t *testing.T, what string, lines facts, want []string) {
	t.Helper()
	left := slices.Clone(lines)
	for _, end := range slices.SortedFunc(slices.Values(want), func(a, b string) int { return len(b) - len(a) }) {
		i := slices.IndexFunc(left, func(line string) bool { return strings.HasSuffix(line, end) })
		if i < 0 {
			t.Errorf("%s: no line ends with %q", what, end)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, line := range left {
		t.Errorf("%s, though nothing of it was changed: %s", what, line)
	}
}

func (a arrived) clone() (copied arrived) {
	for _, r := range a.traces {
		copied.traces = append(copied.traces, proto.CloneOf(r))
	}
	for _, r := range a.metrics {
		copied.metrics = append(copied.metrics, proto.CloneOf(r))
	}
	return copied
}
