package report

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/sumtest"
	"github.com/gracy-go/gracy/metrics"
)

// The fields of a row that a column shows, or that only JSON has. A new field must be added to one
// of the two.
var (
	shown = []string{
		"Calls", "Successes", "Failures", "Canceled", "Attempts", "Status2xx", "Status3xx", "Status4xx", "Status5xx",
		"Aborts", "Retries", "Throttled", "Replayed", "RecordedTime", "Latency", "Rate", "BodiesBroken", "BodiesLeaked",
	}
	jsonAlone = []string{
		"Client", "Method", "Route", "Rejected", "Status1xx", "Exhausted", "Hedges", "Waits", "Recorded", "BytesIn", "BytesOut",
		"BodyTime", "FailureLatency", "First", "Last",
	}
)

func TestEveryFieldOfARowIsShownOrListedAsJSONAlone(t *testing.T) {
	var plain metrics.Row
	sumtest.Fill(&plain, 1000)
	for i := range reflect.TypeFor[metrics.Row]().NumField() {
		name := reflect.TypeFor[metrics.Row]().Field(i).Name
		other := plain
		var fill metrics.Row
		sumtest.Fill(&fill, 500)
		reflect.ValueOf(&other).Elem().Field(i).Set(reflect.ValueOf(fill).Field(i))
		changed := slices.ContainsFunc(columns(), func(c column) bool { return c.value(other) != c.value(plain) })
		switch {
		case changed != slices.Contains(shown, name):
			t.Errorf("Row.%s changes a column: %v", name, changed)
		case !changed && !slices.Contains(jsonAlone, name):
			t.Errorf("Row.%s is in no column and not listed", name)
		}
	}
}

// A report of several sources is the sum of all their counters.
func TestNoSourceIsForgottenInTheSum(t *testing.T) {
	except := []string{
		"Snapshot.From", "Snapshot.To", "Snapshot.Total", "Row.First", "Row.Last", "Row.Rate", "Bucket.Index",
		"Latency.Min", "Latency.Mean", "Latency.P50", "Latency.P90", "Latency.P99", "Latency.Max",
	}
	var a, b metrics.Snapshot
	sumtest.Fill(&a, 1000, except...)
	sumtest.Fill(&b, 70000, except...)
	for _, fault := range sumtest.Forgotten(a, b, read([]Source{fixed(a), nil, fixed(b)}), except...) {
		t.Error(fault)
	}
}

// The last column that a narrow table drops, except for the calls, is how many of them failed.
func TestANarrowTableHasTheFailures(t *testing.T) {
	for _, columns := range []int{39, 40, 48} {
		head := lines(table(pokeapi().Snapshot(), style{width: columns}))[2]
		if !strings.Contains(head, "Fail") {
			t.Errorf("in %d columns there are %s", columns, head)
		}
	}
}
