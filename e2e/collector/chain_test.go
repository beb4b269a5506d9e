package collector

import (
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	wiremetrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	wiretrace "go.opentelemetry.io/proto/otlp/trace/v1"
)

// A run holds what a program emitted and what arrived behind the collector.
type run struct {
	emitted emitted
	arrived arrived
	sent    []sent // as the server saw it
	log     string
}

// whole runs a workload with every layer, which sends to a collector, and returns what it emitted
// and what arrived.
func whole(t *testing.T, over func(*testing.T, *process) exporters) run {
	t.Helper()
	b := newBehind(t)
	p := start(t, b.URL)
	s := newSDK(t, over(t, p))
	w := newWorkload(t, s)
	w.run()
	r := run{emitted: s.end(t)}
	p.end(t)
	r.arrived, r.sent, r.log = b.all(t), w.api.requests(), w.log.String()
	return r
}

func TestWhatArrivesBehindACollectorIsWhatWasEmitted(t *testing.T) {
	for name, over := range map[string]func(*testing.T, *process) exporters{"http": overHTTP, "grpc": overGRPC} {
		t.Run(name, func(t *testing.T) {
			r := whole(t, over)
			spans, points := factsOfSpans(r.arrived.traces), factsOfHistograms(r.arrived.metrics)
			same(t, "spans", factsOfStubs(r.emitted.spans), spans)
			same(t, "durations", r.emitted.points, points)
			t.Logf("%d exports, %d spans, %d facts of them, %d of durations", r.arrived.exports, len(spans.of(": kind ")), len(spans), len(points))
			if r.arrived.exports < 5 {
				t.Errorf("%d exports, want several batches", r.arrived.exports)
			}
			r.hasAll(t, spans, points)
			r.countsWhatTheServerCounts(t)
			r.propagates(t)
			r.hasExemplars(t)
			r.hasNoSecret(t)
		})
	}
}

// hasAll looks for what the documentation promises, because two sides that both lack it would be
// equal.
func (r run) hasAll(t *testing.T, spans, points facts) {
	t.Helper()
	for text, want := range map[string]int{
		`"GET /pokemon/{id}": kind client`:                                                   3,
		`"GET /pokemon/{id}": kind internal`:                                                 1,
		`"GET /pokemon/{id}": attribute http.request.resend_count=int(2)`:                    1,
		`"GET /pokemon/{id}": attribute gracy.call.attempts=int(3)`:                          1,
		`"GET /pokemon/{id}": status error ""`:                                               2,
		`"GET /pokemon/{id}": status unset ""`:                                               2,
		`gracy.wait.kind=string("backoff")`:                                                  5,
		`gracy.wait.kind=string("quota")`:                                                    1,
		`gracy.wait.kind=string("pause")`:                                                    1,
		`gracy.wait.kind=string("queue")`:                                                    1,
		`"GET /down/{id}" event 2 "gracy.retries_exhausted": attribute gracy.attempt=int(3)`: 1,
		`"GET /hang/{id}": attribute error.type=string("timeout")`:                           2,
		`"GET /items/{id}": attribute error.type=string("connection_refused")`:               2,
		`"GET /missing/{id}": attribute error.type=string("404")`:                            2, // the call that expects a 404 has none
		`"GET /missing/{id}": attribute http.response.status_code=int(404)`:                  2,
		`"GET /items/{id}": attribute http.request.resend_count=int(1)`:                      1, // the request after a redirect
		`"GET /orders/{id}": kind client`:                                                    2,
		`"GET /orders/{uuid}": kind client`:                                                  1,
		`"POST /orders": kind client`:                                                        1,
		`http.request.method_original=string("PURGE")`:                                       1,
		`"GET /taped/{id}": kind client`:                                                     1,
		`"GET /taped/{id}": kind internal`:                                                   2,
		`gracy.call.replayed=bool(true)`:                                                     1,
		`"GET /long/{id}": status error "as long as a page`:                                  2,
		`"GET /broken/{id}": kind client`:                                                    2,
		`"job": parent 0100000000000000, remote true`:                                        1,
		`"GET /pokemon/{id}": flags 01, state "vendor=1"`:                                    4,
		`"job" link 0: attribute link.weight=float(0.25)`:                                    1,
		`/quiet/`: 0,
	} {
		if got := len(spans.of(text)); got != want {
			t.Errorf("%d facts of spans with %q, want %d: %v", got, text, want, spans.of(text))
		}
	}
	const home = `resource {program.parts=[string("one") string("two")] service.name=string("a program") service.version=string("1.2.3")}`
	if all, with := len(points.of("unit ")), len(points.of(home)); all == 0 || all != with || len(spans.of(home)) != len(spans.of(": kind ")) {
		t.Errorf("%d of %d durations and %d of %d spans have the resource of the program", with, all, len(spans.of(home)), len(spans.of(": kind ")))
	}
	if all, with := len(points.of("unit ")), len(points.of(`metric "http.client.request.duration"`).of(`unit "s"`)); all != with {
		t.Errorf("%d of %d durations are http.client.request.duration in seconds", with, all)
	}
	const bounds = "of [0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10]"
	if all, with := len(points.of("buckets ")), len(points.of(bounds)); all != with {
		t.Errorf("%d of %d durations have OpenTelemetry's bounds", with, all)
	}
}

// clients returns the CLIENT spans that arrived, by their id.
func (r run) clients() map[string]*wiretrace.Span {
	found := map[string]*wiretrace.Span{}
	for _, s := range r.spans() {
		if s.GetKind() == wiretrace.Span_SPAN_KIND_CLIENT {
			found[hex.EncodeToString(s.GetSpanId())] = s
		}
	}
	return found
}

func (r run) spans() (all []*wiretrace.Span) {
	for _, resource := range r.arrived.traces {
		for _, scope := range resource.GetScopeSpans() {
			all = append(all, scope.GetSpans()...)
		}
	}
	return all
}

// last returns the durations of the last export, which are those of the whole run because they are
// cumulative.
func (r run) last() (points []*wiremetrics.HistogramDataPoint) {
	at := uint64(0)
	for _, resource := range r.arrived.metrics {
		for _, scope := range resource.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				for _, p := range m.GetHistogram().GetDataPoints() {
					if p.GetTimeUnixNano() > at {
						points, at = nil, p.GetTimeUnixNano()
					}
					if p.GetTimeUnixNano() == at {
						points = append(points, p)
					}
				}
			}
		}
	}
	return points
}

// attributeOf returns the text of an attribute's value in a list of facts, or "" if the list does
// not have the attribute.
func attributeOf(list facts, key string) string {
	for _, line := range list {
		if _, value, found := strings.Cut(line, "attribute "+key+"="); found {
			return value
		}
	}
	return ""
}

// countsWhatTheServerCounts compares the number of durations with the number of requests at the
// server, by status. The status of a request without a response is "".
func (r run) countsWhatTheServerCounts(t *testing.T) {
	t.Helper()
	want := map[string]uint64{}
	for _, s := range r.sent {
		if s.status > 0 {
			want["int("+strconv.Itoa(s.status)+")"]++
		}
	}
	want[""] = 5 // the one that hangs, three that break, and one without a server
	got := map[string]uint64{}
	for _, p := range r.last() {
		var labels facts
		labels.wireAttributes("", p.GetAttributes())
		got[attributeOf(labels, "http.response.status_code")] += p.GetCount()
		var sum uint64
		for _, n := range p.GetBucketCounts() {
			sum += n
		}
		if sum != p.GetCount() {
			t.Errorf("a duration has %d in its buckets and %d in all", sum, p.GetCount())
		}
	}
	for status := range want {
		if got[status] != want[status] {
			t.Errorf("status %s: %d durations, the server counted %d", status, got[status], want[status])
		}
	}
	if len(got) != len(want) {
		t.Errorf("durations have the statuses %v, the server responded %v", got, want)
	}
}

// propagates checks that the headers of each request that the server saw name a CLIENT span of its
// own.
func (r run) propagates(t *testing.T) {
	t.Helper()
	clients := r.clients()
	calls := map[string]bool{}
	for _, s := range r.spans() {
		if s.GetKind() == wiretrace.Span_SPAN_KIND_INTERNAL {
			calls[hex.EncodeToString(s.GetTraceId())+hex.EncodeToString(s.GetSpanId())] = true
		}
	}
	seen := map[string]int{}
	for _, req := range r.sent {
		part := strings.Split(req.traceparent, "-")
		if len(part) != 4 || part[0] != "00" {
			t.Errorf("%s %s has the traceparent %q", req.method, req.path, req.traceparent)
			continue
		}
		if strings.HasPrefix(req.path, "/quiet/") {
			if part[3] != "00" || clients[part[2]] != nil {
				t.Errorf("a call that is not sampled has the traceparent %q and the span %v", req.traceparent, clients[part[2]])
			}
			continue
		}
		span := clients[part[2]]
		delete(clients, part[2])
		if span == nil || hex.EncodeToString(span.GetTraceId()) != part[1] || part[3] != "01" {
			t.Errorf("%s %s has the traceparent %q, which is of no CLIENT span, or of two requests: %v", req.method, req.path, req.traceparent, span)
			continue
		}
		if !calls[part[1]+hex.EncodeToString(span.GetParentSpanId())] {
			t.Errorf("the span of %s %s is not inside of that of a call", req.method, req.path)
		}
		want := " "
		if part[1] == hex.EncodeToString(append([]byte{1}, make([]byte, 15)...)) {
			want = "vendor=1 tenant=blue"
		}
		if req.around != want {
			t.Errorf("%s %s has the tracestate and the baggage %q, want %q", req.method, req.path, req.around, want)
		}
		var about facts
		about.wireAttributes("", span.GetAttributes())
		status := attributeOf(about, "http.response.status_code")
		if want := "int(" + strconv.Itoa(req.status) + ")"; req.status > 0 && status != want || req.status == 0 && status != "" {
			t.Errorf("the span of %s %s has the status %s, want %d", req.method, req.path, status, req.status)
		}
		if full, path := attributeOf(about, "url.full"), strings.ReplaceAll(req.path, registered, "REDACTED"); !strings.Contains(full, path) {
			t.Errorf("the span of %s %s has the URL %s", req.method, req.path, full)
		}
		again := ""
		if n := seen[req.path]; n > 0 && strings.HasPrefix(req.path, "/pokemon/") {
			again = "int(" + strconv.Itoa(n) + ")"
		}
		if got := attributeOf(about, "http.request.resend_count"); strings.HasPrefix(req.path, "/pokemon/") && got != again {
			t.Errorf("the span of request %d to %s has the resend %q, want %q", seen[req.path]+1, req.path, got, again)
		}
		seen[req.path]++
	}
	unseen := map[string]int{}
	for _, span := range clients {
		unseen[span.GetName()]++
	}
	delete(unseen, "GET /hang/{id}") // on a busy machine it may have timed out before the server saw it
	if want := map[string]int{"GET /broken/{id}": 2, "GET /long/{id}": 1, "GET /items/{id}": 1}; !maps.Equal(unseen, want) {
		t.Errorf("CLIENT spans of requests that the server did not see: %v, want %v", unseen, want)
	}
}

// hasExemplars checks that each series has an exemplar, and that each exemplar belongs to a CLIENT
// span with the same labels.
func (r run) hasExemplars(t *testing.T) {
	t.Helper()
	clients := r.clients()
	for _, p := range r.last() {
		var labels facts
		labels.wireAttributes("", p.GetAttributes())
		for _, e := range p.GetExemplars() {
			span := clients[hex.EncodeToString(e.GetSpanId())]
			if span == nil || !slices.Equal(span.GetTraceId(), e.GetTraceId()) {
				t.Errorf("an exemplar of %v is of no CLIENT span", labels)
				continue
			}
			var about facts
			about.wireAttributes("", span.GetAttributes())
			for _, key := range []string{"http.request.method", "http.response.status_code", "error.type", "server.port", "network.protocol.version"} {
				if got, want := attributeOf(about, key), attributeOf(labels, key); got != want {
					t.Errorf("an exemplar of %v is of a span whose %s is %q", labels, key, got)
				}
			}
			took := float64(span.GetEndTimeUnixNano()-span.GetStartTimeUnixNano()) / 1e9
			if e.GetAsDouble() > took {
				t.Errorf("an exemplar of %v is %v s, and its span %v s", labels, e.GetAsDouble(), took)
			}
		}
		if len(p.GetExemplars()) == 0 {
			t.Errorf("%v has no exemplar", labels)
		}
	}
}

func (r run) hasNoSecret(t *testing.T) {
	t.Helper()
	raw := string(r.arrived.raw)
	for _, secret := range []string{registered, named} {
		if n := strings.Count(raw, secret); n != 0 {
			at := strings.Index(raw, secret)
			t.Errorf("%s has arrived %d times: %q", secret, n, raw[max(0, at-100):at+len(secret)])
		}
		if strings.Contains(r.log, secret) {
			t.Errorf("%s is in the log: %s", secret, r.log)
		}
	}
	for _, plain := range []string{"page=2", "lost http", "REDACTED"} { // the control: these have arrived
		if !strings.Contains(raw, plain) {
			t.Errorf("%q has not arrived: the search for secrets looks in the wrong place", plain)
		}
	}
}
