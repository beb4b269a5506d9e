package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// Diff writes what has changed from one report to another, one change per line: which routes fail
// more or less, have more or fewer bodies that break off, are slower or faster, and which are only in
// one of them. It reports only changes that are not due to chance: the 99.7 % confidence intervals
// of the two figures do not overlap. The intervals are Wilson's for the shares of failures and of
// bodies that broke off, and intervals of ranks for p50 and p99.
// So a few calls prove little: p99 needs some 900. It returns the error of the writer, if any.
//
//	before, err := report.Open("monday.html")
//	...
//	report.Diff(os.Stdout, before, stats)
func Diff(w io.Writer, before, after Source) error {
	_, err := io.WriteString(w, diff(read([]Source{before}), read([]Source{after})))
	return err
}

func diff(before, after metrics.Snapshot) string {
	var lines []string
	for _, b := range after.Rows {
		i := slices.IndexFunc(before.Rows, func(a metrics.Row) bool { return sameName(a, b) })
		if i < 0 {
			lines = append(lines, fmt.Sprintf("%s: new, %d %s", name(b), b.Calls, plural("call", b.Calls)))
			continue
		}
		lines = append(lines, changes(before.Rows[i], b)...)
	}
	for _, a := range before.Rows {
		if !slices.ContainsFunc(after.Rows, func(b metrics.Row) bool { return sameName(a, b) }) {
			lines = append(lines, fmt.Sprintf("%s: gone, %d %s before", name(a), a.Calls, plural("call", a.Calls)))
		}
	}
	head := fmt.Sprintf("%d %s before, %d after: ", before.Total.Calls, plural("call", before.Total.Calls), after.Total.Calls)
	if len(lines) == 0 {
		return head + "no change beyond chance\n"
	}
	return head + fmt.Sprintf("%d %s\n", len(lines), plural("change", uint64(len(lines)))) + strings.Join(lines, "\n") + "\n"
}

func sameName(a, b metrics.Row) bool {
	return a.Client == b.Client && a.Method == b.Method && a.Route == b.Route
}

func name(r metrics.Row) string {
	if r.Client == "" {
		return route(r)
	}
	return safetext.Replace(r.Client) + " " + route(r)
}

// changes returns the lines about how the calls of a route have changed.
func changes(a, b metrics.Row) (lines []string) {
	for _, f := range []struct {
		old, now   uint64
		more, less string
	}{
		{a.Failures, b.Failures, "fails more", "fails less"},
		// A window may have bodies of calls that returned before it.
		{min(a.BodiesBroken, a.Calls), min(b.BodiesBroken, b.Calls), "more bodies break off", "fewer bodies break off"},
	} {
		oldLow, oldHigh := wilson(f.old, a.Calls)
		low, high := wilson(f.now, b.Calls)
		if word := compare(oldLow, oldHigh, low, high, f.more, f.less); word != "" {
			lines = append(lines, fmt.Sprintf("%s: %s: %s of %d calls before, %s of %d after", name(b), word,
				human(share(f.old, a.Calls)), a.Calls, human(share(f.now, b.Calls)), b.Calls))
		}
	}
	for _, q := range []struct {
		name string
		q    float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		oldLow, oldHigh := ranks(a.Latency, q.q)
		low, high := ranks(b.Latency, q.q)
		if word := compare(oldLow, oldHigh, low, high, "slower", "faster"); word != "" {
			lines = append(lines, fmt.Sprintf("%s: %s: %s %s before, %s after", name(b), word, q.name,
				humanDuration(a.Latency.Quantile(q.q)), humanDuration(b.Latency.Quantile(q.q))))
		}
	}
	return lines
}

// compare returns above or below if an interval is entirely above or below an older one.
func compare(oldLow, oldHigh, low, high float64, above, below string) string {
	switch {
	case low > oldHigh:
		return above
	case high < oldLow:
		return below
	}
	return ""
}

// deviations is half the width of an interval in standard deviations. The interval holds 99.7 % of
// what happens by chance.
const deviations = 3

// wilson returns Wilson's interval (1927) for the share from which n of count were drawn.
func wilson(n, count uint64) (low, high float64) {
	if count == 0 {
		return 0, 1
	}
	const z2 = deviations * deviations
	c := float64(count)
	p := float64(n) / c
	middle := (p + z2/(2*c)) / (1 + z2/c)
	half := deviations / (1 + z2/c) * math.Sqrt(p*(1-p)/c+z2/(4*c*c))
	return middle - half, middle + half
}

// bucket is the factor by which a quantile may be off: see [metrics.Latency].
const bucket = 1.022

// ranks returns the interval in nanoseconds in which the true quantile lies, as far as the samples
// show it.
func ranks(l metrics.Latency, q float64) (low, high float64) {
	if l.Count == 0 {
		return 0, math.Inf(1)
	}
	half := deviations * math.Sqrt(q*(1-q)/float64(l.Count))
	low, high = 0, math.Inf(1)
	if q-half > 0 {
		low = float64(l.Quantile(q-half)) / bucket
	}
	if q+half < 1 {
		high = float64(l.Quantile(q+half)) * bucket
	}
	return low, high
}
