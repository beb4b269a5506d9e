package metrics

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// gardens returns n names that consist of plain words.
func gardens(n int) []string {
	plants := strings.Fields("amber basil cedar dahlia elder fern ginger hazel")
	places := strings.Fields("hill lake moor pond reef wood yard bank")
	names := make([]string, n)
	for i := range names {
		names[i] = plants[i%8] + places[i/8%8]
	}
	return names
}

func visit(t *testing.T, rt http.RoundTripper, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/garden/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(rt.RoundTrip(req)); err != nil {
		t.Fatal(err)
	}
}

// scrape returns the values of the label route, and the calls that requests_total counts.
func scrape(t *testing.T, r *Recorder) (routes map[string]bool, calls float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	routes = map[string]bool{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "route" {
					routes[l.GetValue()] = true
				}
			}
			if f.GetName() == "gracy_requests_total" {
				calls += m.GetCounter().GetValue()
			}
		}
	}
	return routes, calls
}

// Once the names of sixty objects are known to be many, none of them is a label any more, not even
// those counted before, and no count is lost.
func TestNoNameStaysInALabel(t *testing.T) {
	r := New("test")
	rt := r.Wrap(rttest.Respond(200, "text"))
	for i, name := range gardens(60) {
		visit(t, rt, name)
		want := i + 1 // names until the position is learned, which is the control run
		if i >= 40 {
			want = 1
		}
		routes, calls := scrape(t, r)
		if len(routes) != want || calls != float64(i+1) {
			t.Fatalf("after %d calls %d routes, want %d; %v calls counted", i+1, len(routes), want, calls)
		}
		if s := r.Snapshot(); len(s.Rows) != want || s.Total.Calls != uint64(i+1) || s.Total.Latency.Count != uint64(i+1) || s.Total.BytesIn != int64(4*(i+1)) {
			t.Fatalf("after %d calls %d rows, want %d; total %+v", i+1, len(s.Rows), want, s.Total)
		}
	}
	if s := r.Snapshot(); s.Rows[0].Route != "/garden/{x}" || s.Rows[0].Calls != 60 {
		t.Errorf("%s has %d calls", s.Rows[0].Route, s.Rows[0].Calls)
	}
}

// A call that begins before the position is learned and ends after it is counted under the route
// that it would have by then. A route from the caller does not change.
func TestACallThatWasUnderWayIsCountedUnderTheFoldedRoute(t *testing.T) {
	r := New("test")
	names := gardens(60)
	var rt http.RoundTripper
	rt = r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/slow") {
			for _, name := range names {
				visit(t, rt, name)
			}
		}
		return rttest.Response(req, 200, "text"), nil
	}))
	visit(t, rt, "slow")
	req, _ := http.NewRequestWithContext(transport.WithRoute(t.Context(), "/garden/amberhill/given"), http.MethodGet, "http://api.test/", nil)
	if err := readAll(rt.RoundTrip(req)); err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, row := range r.Snapshot().Rows {
		got[row.Route] = row.Calls
	}
	if want := map[string]uint64{"/garden/{x}": 61, "/garden/amberhill/given": 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The sum of two series has each figure of both.
func TestTheSumOfSeriesForgetsNothing(t *testing.T) {
	fill := func(s *series, n int) {
		for o := range outcomes {
			for _, status := range []int{0, 7, 100, 204, 599} {
				for range n {
					s.calls[o].add(status)
				}
			}
			s.durations[o].observe(time.Duration(n) * time.Second)
		}
		for range n {
			s.sent.add(200)
			s.replayed.add(304)
		}
		s.attempt.observe(time.Duration(n) * time.Millisecond)
		for i := range s.plain {
			s.plain[i].observe(time.Duration(n*(i+1)) * time.Millisecond)
		}
		for i, c := range []interface{ Add(uint64) uint64 }{&s.aborts, &s.hedges, &s.exhausted, &s.throttled, &s.recorded, &s.bodiesBroken, &s.bodiesLeaked} {
			c.Add(uint64(n * (i + 1)))
		}
		for i := range s.retries {
			s.retries[i].Add(uint64(n * (i + 1)))
		}
		for i := range s.waits {
			s.waits[i].Add(int64(n * (i + 1)))
		}
		for i, c := range []interface{ Add(int64) int64 }{&s.bytesIn, &s.bytesOut, &s.bodyTime, &s.recordedTime} {
			c.Add(int64(n * (i + 1)))
		}
		lower(&s.first, int64(n))
		raise(&s.last, int64(n)*100)
	}
	both, a, b := newSeries("GET", "/r"), newSeries("GET", "/r"), newSeries("GET", "/r")
	fill(a, 2)
	fill(b, 5)
	fill(both, 2)
	fill(both, 5)
	sum := newSeries("GET", "/r")
	sum.add(a)
	sum.add(b)
	start := time.Now()
	if got, want := sum.row("c", start), both.row("c", start); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got, want := collected(t, sum), collected(t, both); !slices.Equal(got, want) {
		t.Errorf("collected %s\nwant %s", got, want)
	}
	if n := reflect.TypeFor[series]().NumField(); n != 28 {
		t.Errorf("a series has %d fields: add the new one to series.add and here", n)
	}
}

// collected returns what a scrape shows of a series.
func collected(t *testing.T, s *series) (texts []string) {
	t.Helper()
	r := New("c")
	r.store.Load().start = time.Unix(1e9, 0) // which is the time at which each counter was made
	r.store.Load().index.Store(&index{series: map[key]*series{{s.method, s.route}: s}})
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(r)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "gracy_counting_since_timestamp_seconds" {
			texts = append(texts, f.String())
		}
	}
	return texts
}
