package report

import (
	"time"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// A column is a figure of a row. All formats are made from the same list.
type column struct {
	head  string // the name for people
	name  string // the name for programs
	fault fault  // how bad a value other than zero is
	drop  int    // the table drops the column with the smallest drop first
	value func(metrics.Row) any
	// needed reports whether the column says anything, given the total. nil means always.
	needed func(metrics.Row) bool
}

// A fault is how bad a value other than zero is.
type fault uint8

const (
	harmless fault = iota
	warning
	failure
)

// The kinds of values. A value that does not exist, such as the mean of no calls, is nil.
type (
	count     uint64
	percent   float64
	perSecond float64
)

func columns() []column {
	return []column{
		{head: "Calls", name: "calls", drop: 99, value: func(r metrics.Row) any { return count(r.Calls) }},
		{head: "Attempts", name: "attempts", drop: 5, value: func(r metrics.Row) any { return count(r.Attempts) }},
		{head: "Success", name: "success_percent", drop: 19, value: func(r metrics.Row) any { return share(r.Successes, r.Calls) }},
		{head: "Fail", name: "fail_percent", drop: 20, fault: failure, value: func(r metrics.Row) any { return share(r.Failures, r.Calls) }},
		{
			head: "Canceled", name: "canceled", drop: 7,
			value:  func(r metrics.Row) any { return count(r.Canceled) },
			needed: func(total metrics.Row) bool { return total.Canceled > 0 },
		},
		{head: "Mean", name: "mean_seconds", drop: 2, value: latency(func(l metrics.Latency) time.Duration { return l.Mean })},
		{head: "p50", name: "p50_seconds", drop: 8, value: latency(func(l metrics.Latency) time.Duration { return l.P50 })},
		{head: "p99", name: "p99_seconds", drop: 18, value: latency(func(l metrics.Latency) time.Duration { return l.P99 })},
		{head: "Max", name: "max_seconds", drop: 10, value: latency(func(l metrics.Latency) time.Duration { return l.Max })},
		{head: "2xx", name: "status_2xx", drop: 6, value: func(r metrics.Row) any { return count(r.Status2xx) }},
		{head: "3xx", name: "status_3xx", drop: 1, value: func(r metrics.Row) any { return count(r.Status3xx) }},
		{head: "4xx", name: "status_4xx", drop: 11, fault: failure, value: func(r metrics.Row) any { return count(r.Status4xx) }},
		{head: "5xx", name: "status_5xx", drop: 16, fault: failure, value: func(r metrics.Row) any { return count(r.Status5xx) }},
		{head: "Aborts", name: "aborts", drop: 12, fault: failure, value: func(r metrics.Row) any { return count(r.Aborts) }},
		{
			head: "Broken", name: "bodies_broken", drop: 17, fault: failure,
			value:  func(r metrics.Row) any { return count(r.BodiesBroken) },
			needed: func(total metrics.Row) bool { return total.BodiesBroken > 0 },
		},
		{
			head: "Leaked", name: "bodies_leaked", drop: 15, fault: failure,
			value:  func(r metrics.Row) any { return count(r.BodiesLeaked) },
			needed: func(total metrics.Row) bool { return total.BodiesLeaked > 0 },
		},
		{head: "Retries", name: "retries", drop: 14, fault: warning, value: func(r metrics.Row) any { return count(r.Retries) }},
		{head: "Throttled", name: "throttled", drop: 9, fault: warning, value: func(r metrics.Row) any { return count(r.Throttled) }},
		{
			head: "Replays", name: "replays", drop: 4, fault: warning,
			value:  func(r metrics.Row) any { return count(r.Replayed) },
			needed: func(total metrics.Row) bool { return total.Replayed > 0 },
		},
		{
			head: "Recorded", name: "recorded_seconds", drop: 0,
			value:  recordedMean,
			needed: func(total metrics.Row) bool { return total.RecordedTime > 0 },
		},
		{head: "Calls/s", name: "calls_per_second", drop: 3, value: func(r metrics.Row) any { return perSecond(r.Rate) }},
	}
}

// clientDrop is the drop of the client column.
const clientDrop = 13

// neededColumns returns the columns that say something about these rows.
func neededColumns(total metrics.Row) []column {
	var kept []column
	for _, c := range columns() {
		if c.needed == nil || c.needed(total) {
			kept = append(kept, c)
		}
	}
	return kept
}

func share(part, whole uint64) any {
	if whole == 0 {
		return nil
	}
	return percent(100 * float64(part) / float64(whole))
}

// recordedMean is the mean time of replayed responses when they were recorded.
func recordedMean(r metrics.Row) any {
	if r.RecordedTime == 0 || r.Replayed == 0 {
		return nil
	}
	return r.RecordedTime / time.Duration(r.Replayed) //nolint:gosec // a count
}

func latency(read func(metrics.Latency) time.Duration) func(metrics.Row) any {
	return func(r metrics.Row) any {
		if r.Latency.Count == 0 {
			return nil
		}
		return read(r.Latency)
	}
}

// severity returns how bad a value of the column is.
func (c column) severity(v any) fault {
	switch v {
	case nil, count(0), percent(0):
		return harmless
	}
	return c.fault
}

// severalClients reports whether the rows are of several clients, so that each must name its
// client.
func severalClients(s metrics.Snapshot) bool {
	for _, r := range s.Rows {
		if r.Client != s.Rows[0].Client {
			return true
		}
	}
	return false
}

// route returns the name of a row in the syntax of http.ServeMux patterns.
func route(r metrics.Row) string { return safetext.Replace(r.Method + " " + r.Route) }
