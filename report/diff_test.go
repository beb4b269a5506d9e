package report

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// measured returns a snapshot of one route with n calls. A share of them fails, and their times
// have an exponential distribution around a median.
func measured(route string, n int, failing float64, median time.Duration) metrics.Snapshot {
	row := metrics.Row{Method: "GET", Route: route}
	for i := range n {
		row.Calls++
		if float64(i) < failing*float64(n) {
			row.Failures++
			continue
		}
		d := time.Duration(rand.ExpFloat64() / 0.693 * float64(median))
		row.Successes++
		row.Latency = row.Latency.Add(took(1, d, d, d, d))
	}
	return metrics.Merge(metrics.Snapshot{From: time.Unix(1, 0), To: time.Unix(2, 0), Rows: []metrics.Row{row}})
}

func TestDiffFindsWhatChanged(t *testing.T) {
	both := func(a, b metrics.Snapshot) metrics.Snapshot { return metrics.Merge(a, b) }
	before := both(measured("/a", 1000, 0.01, 100*time.Millisecond), measured("/gone", 3, 0, time.Second))
	after := both(measured("/a", 1000, 0.08, 200*time.Millisecond), measured("/new", 1, 0, time.Second))
	var b bytes.Buffer
	if err := Diff(&b, fixed(before), fixed(after)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1003 calls before, 1001 after: ", "GET /a: fails more: 1.0% of 1000 calls before, 8.0% of 1000 after", "GET /a: slower: p50", "GET /new: new, 1 call", "GET /gone: gone, 3 calls before"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q in\n%s", want, &b)
		}
	}
	b.Reset()
	if err := Diff(&b, fixed(after), fixed(before)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "fails less") || !strings.Contains(b.String(), "faster") {
		t.Errorf("the other way round there is\n%s", &b)
	}
}

// Chance is seldom taken for a change: in at most 5 of 200 pairs of the same service.
func TestDiffOfTheSameService(t *testing.T) {
	found := 0
	for range 200 {
		if !strings.Contains(diff(measured("/a", 300, 0.03, time.Second), measured("/a", 300, 0.03, time.Second)), "no change") {
			found++
		}
	}
	if found > 5 {
		t.Errorf("%d of 200 pairs without a change are said to have one", found)
	}
	// The control: the same with a service that became half as fast.
	found = 0
	for range 50 {
		if strings.Contains(diff(measured("/a", 600, 0.03, time.Second), measured("/a", 600, 0.03, 2*time.Second)), "slower") {
			found++
		}
	}
	if found < 45 {
		t.Errorf("%d of 50 pairs that are slower are found", found)
	}
}

// Calls whose bodies break off are counted as their status says, so the share of failures is the same.
func TestDiffFindsBodiesThatBreakOff(t *testing.T) {
	before, after := measured("/a", 1000, 0, time.Second), measured("/a", 1000, 0, time.Second)
	after.Rows[0].BodiesBroken = 100
	if got, want := diff(before, after), "GET /a: more bodies break off: 0% of 1000 calls before, 10.0% of 1000 after"; !strings.Contains(got, want) {
		t.Errorf("there is no %q in\n%s", want, got)
	}
	if got := diff(after, before); !strings.Contains(got, "fewer bodies break off") {
		t.Errorf("the other way round there is\n%s", got)
	}
	after.Rows[0].BodiesBroken, before.Rows[0].BodiesBroken = 3000, 3000
	if got := diff(before, after); !strings.Contains(got, "no change") {
		t.Errorf("of windows with more bodies than calls there is\n%s", got)
	}
}
