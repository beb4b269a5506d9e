package metrics

import (
	"math"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// A time.Duration holds 292 years, which a thousand calls at once take in 107 days. No counter falls
// or becomes negative then, and means and windows stay right.
func TestSumsOfManyCallsForMonths(t *testing.T) {
	const year = 365 * 24 * time.Hour
	r := New("test")
	call := func() {
		if err := send(t.Context(), t, r.Wrap(rttest.Respond(200, "")), "GET", "/r"); err != nil {
			t.Fatal(err)
		}
	}
	call()
	s := r.store.Load().index.Load().series[key{"GET", "/r"}]
	h := s.plain[0].Load()
	sums := func() (requests, bodies float64) {
		return gather(t, r)["gracy_request_duration_seconds"].GetMetric()[0].GetHistogram().GetSampleSum(), values(t, r, "gracy_response_body_seconds_total")["GET /r "]
	}
	h.sum.Store(int64(290 * year))
	s.bodyTime.Store(int64(290 * year))
	before, snapshot := struct{ requests, bodies float64 }{}, r.Snapshot()
	before.requests, before.bodies = sums()
	h.sum.Add(int64(4 * year))
	s.bodyTime.Add(int64(4 * year))
	h.slots[theScale.slot(int64(year))].Add(1)
	h.max.Store(int64(year))
	requests, bodies := sums()
	for what, grown := range map[string]float64{"requests": requests - before.requests, "bodies": bodies - before.bodies} {
		if math.Abs(grown-(4*year).Seconds()) > 1e3 {
			t.Errorf("%s: the seconds grew by %v, want %v", what, grown, (4 * year).Seconds())
		}
	}
	total := r.Snapshot().Total
	if want := 147 * year; (total.Latency.Mean - want).Abs() > time.Second {
		t.Errorf("the mean is %v, want %v", total.Latency.Mean, want)
	}
	if w := r.Snapshot().Since(snapshot).Total; w.BodyTime != 4*year || (w.Latency.Sum-4*year).Abs() > time.Second {
		t.Errorf("in the window there are %v of bodies and %v of requests, want %v", w.BodyTime, w.Latency.Sum, 4*year)
	}
}
