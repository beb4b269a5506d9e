package report

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// fixed is a source that does not change.
type fixed metrics.Snapshot

func (f fixed) Snapshot() metrics.Snapshot { return metrics.Snapshot(f) }

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// took returns a distribution of n calls, all but a few at the median.
func took(n uint64, mean, p50, p99, longest time.Duration) metrics.Latency {
	index := func(d time.Duration) int { return int(math.Ceil(math.Log2(d.Seconds()) * 16)) }
	few := n/100 + 1
	buckets := []metrics.Bucket{{Index: index(p50), Count: n - few}, {Index: index(p99), Count: few}}
	if n == 1 || index(p50) == index(p99) {
		buckets = []metrics.Bucket{{Index: index(p50), Count: n}}
	}
	return metrics.Latency{Count: n, Sum: time.Duration(n) * mean, Min: p50, Mean: mean, P50: p50, P99: p99, Max: longest, Buckets: buckets}
}

// pokeapi returns a busy route, a long one, a failing one, and one of hostile and wide characters.
func pokeapi() fixed {
	return fixed(metrics.Merge(metrics.Snapshot{Client: "pokeapi", From: start, To: start.Add(time.Hour), Rows: []metrics.Row{
		{
			Client: "pokeapi", Method: "GET", Route: "/pokemon/{name}", Calls: 1208, Successes: 1207, Failures: 1,
			Attempts: 1254, Status2xx: 1207, Status4xx: 12, Status5xx: 31, Aborts: 4, Retries: 46, Throttled: 300,
			Replayed: 20, RecordedTime: 20 * 48 * time.Millisecond, Recorded: 1187, Latency: took(1187, 48*time.Millisecond, 38*time.Millisecond, 1240*time.Millisecond, 3*time.Second),
			First: start, Last: start.Add(90 * time.Second), Rate: 1208.0 / 90,
		},
		{
			Client: "pokeapi", Method: "GET", Route: "/evolution-chain/{chain}/species/{species}/translations/{language}", Calls: 31,
			Successes: 30, Canceled: 1, Attempts: 31, Status2xx: 30, Latency: took(30, 812*time.Microsecond, 790*time.Microsecond, 2*time.Millisecond, 2100*time.Microsecond),
			First: start.Add(time.Second), Last: start.Add(31 * time.Second), Rate: 31.0 / 30,
		},
		{
			Client: "pokeapi", Method: "POST", Route: "/berry", Calls: 2, Failures: 2, Attempts: 6, Status5xx: 6, Retries: 4,
			First: start, Last: start.Add(2 * time.Minute), Rate: 2.0 / 120,
		},
		{
			Client: "pokeapi", Method: "GET", Route: "/ポケモン/\x1b[31m|\u202e`{id}`", Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, Status3xx: 0,
			Latency: took(1, time.Second, time.Second, time.Second, time.Second), First: start, Last: start.Add(time.Second), Rate: 1,
		},
	}}))
}

func berries() fixed {
	return fixed(metrics.Merge(metrics.Snapshot{Client: "berries", From: start, To: start.Add(time.Hour), Rows: []metrics.Row{{
		Client: "berries", Method: "GET", Route: "/berry/{id}", Calls: 5, Successes: 5, Attempts: 5, Status2xx: 5,
		Latency: took(5, 2*time.Second, 2*time.Second, 2*time.Second, 9*time.Second), First: start, Last: start.Add(5 * time.Second), Rate: 1,
	}}}))
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
