package metrics

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/sumtest"
	"github.com/gracy-go/gracy/layer"
)

// The fields that are joined in another way than by adding have tests of their own:
// TestTheSumOfTwoPartsIsTheWhole for a Latency, TestMergeAddsRowsOfTheSameName for the rest.
var notAdded = struct{ latency, row, snapshot []string }{
	latency:  []string{"Latency.Min", "Latency.Mean", "Latency.P50", "Latency.P90", "Latency.P99", "Latency.Max", "Bucket.Index"},
	row:      []string{"Row.First", "Row.Last", "Row.Rate"},
	snapshot: []string{"Snapshot.From", "Snapshot.To"},
}

func TestNoSumForgetsAField(t *testing.T) {
	row := slices.Concat(notAdded.row, notAdded.latency)
	snapshot := slices.Concat(notAdded.snapshot, row)
	checkSum(t, Latency.Add, notAdded.latency...)
	checkSum(t, Waits.add)
	checkSum(t, Waiting.add)
	checkSum(t, Row.Add, row...)
	// Merge sums the total anew from the rows, which have the same name in both snapshots here.
	checkSum(t, func(a, b Snapshot) Snapshot { return Merge(a, b) }, append(snapshot, "Snapshot.Total")...)
}

// checkSum adds two values whose numbers all differ from each other.
func checkSum[T any](t *testing.T, add func(a, b T) T, except ...string) {
	t.Helper()
	var a, b T
	sumtest.Fill(&a, 1000, except...)
	sumtest.Fill(&b, 70000, except...)
	for _, fault := range sumtest.Forgotten(a, b, add(a, b), except...) {
		t.Error(fault)
	}
}

func TestTheTotalIsTheSumOfAllRows(t *testing.T) {
	except := slices.Concat(notAdded.row, notAdded.latency)
	a, b := Row{Route: "/a"}, Row{Route: "/b"}
	sumtest.Fill(&a, 1000, except...)
	sumtest.Fill(&b, 70000, except...)
	for _, fault := range sumtest.Forgotten(a, b, Merge(Snapshot{Rows: []Row{a}}, Snapshot{Rows: []Row{b}}).Total, except...) {
		t.Error(fault)
	}
}

// A series in which every counter has counted gives a row without a zero. A field that row does not
// read, or a kind of wait without a field, would be zero.
func TestEveryCounterOfASeriesReachesItsRow(t *testing.T) {
	s := newSeries("GET", "/r")
	for o := range outcomes {
		s.calls[o].add(200)
		s.durations[o].observe(time.Second)
	}
	for i := range s.plain {
		s.plain[i].observe(time.Second)
	}
	for _, status := range []int{100, 200, 300, 400, 500} {
		s.sent.add(status)
		s.replayed.add(status)
	}
	for w := range s.waits {
		s.waits[w].Store(int64(w + 1)) // queue, quota, pause, backoff
	}
	for r := range s.retries {
		s.retries[r].Store(1)
	}
	for _, n := range []interface{ Add(uint64) uint64 }{&s.aborts, &s.hedges, &s.exhausted, &s.throttled, &s.recorded, &s.bodiesBroken, &s.bodiesLeaked} {
		n.Add(1)
	}
	for _, n := range []interface{ Store(int64) }{&s.bytesIn, &s.bytesOut, &s.bodyTime, &s.recordedTime, &s.first, &s.last} {
		n.Store(int64(time.Second))
	}
	r := s.row("test", time.Now())
	eachNumber("Row", reflect.ValueOf(r), func(path string, zero bool) {
		if zero {
			t.Errorf("%s is zero", path)
		}
	})
	// Each outcome has counted once, and each status of a plain call: all but success and cancellation are failures.
	if r.Calls != uint64(outcomes)+plainCodes || r.Attempts != 5+plainCodes || r.Status2xx != 2+plainCodes || r.Latency.Count != 1+plainCodes || r.Failures != uint64(outcomes)-2 || r.FailureLatency.Count != uint64(outcomes)-3 {
		t.Errorf("%d calls, %d failures, %d latencies of failures; there are %d outcomes", r.Calls, r.Failures, r.FailureLatency.Count, outcomes)
	}
	if r.Retries != uint64(reasons) {
		t.Errorf("%d retries, one for each of %d reasons", r.Retries, reasons)
	}
	if want := (Waits{Queue: 1, Quota: 2, Pause: 3, Backoff: 4}); r.Waits != want {
		t.Errorf("waits %+v, want %+v", r.Waits, want)
	}
}

// A snapshot has a gauge for each kind of wait.
func TestEveryGaugeReachesTheSnapshot(t *testing.T) {
	r := New("test")
	r.inFlight.Store(9)
	r.store.Load().overflow.Store(8)
	for w := range layer.Wait(waitKinds) {
		r.waiting[w].Store(int64(w + 1))
	}
	s := r.Snapshot()
	if want := (Waiting{Queue: 1, Quota: 2, Pause: 3, Backoff: 4}); s.Waiting != want {
		t.Errorf("waiting %+v, want %+v", s.Waiting, want)
	}
	for name, n := range map[string]int{"Waits": reflect.TypeFor[Waits]().NumField(), "Waiting": reflect.TypeFor[Waiting]().NumField()} {
		if n != waitKinds {
			t.Errorf("%s has %d fields for %d kinds of waits", name, n, waitKinds)
		}
	}
	if next := layer.Wait(waitKinds).String(); next != "unknown" {
		t.Errorf("layer has a further kind of wait, %s, that is not counted", next)
	}
	if s.InFlight != 9 || s.Overflow != 8 {
		t.Errorf("%d in flight, %d overflowed; want 9 and 8", s.InFlight, s.Overflow)
	}
}

// eachNumber calls yield for every number and time that v leads to.
func eachNumber(path string, v reflect.Value, yield func(path string, zero bool)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]() || v.CanInt() || v.CanUint() || v.CanFloat():
		yield(path, v.IsZero())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			eachNumber(path+"."+v.Type().Field(i).Name, v.Field(i), yield)
		}
	}
}
