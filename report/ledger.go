package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

const (
	mostSlow   = 10
	mostFailed = 20
)

// slow is a call of the list of the slowest.
type slow struct{ Elapsed, Route, Outcome, Class, Ledger string }

// slowest returns the calls that took the longest, replayed ones left out.
func slowest(timelines []metrics.Timeline) (list []slow) {
	var calls []*metrics.Call
	for _, t := range timelines {
		for i := range t.Calls {
			c := &t.Calls[i]
			if slices.ContainsFunc(c.Attempts, func(a metrics.Attempt) bool { return a.Replayed }) {
				continue
			}
			if at, _ := slices.BinarySearchFunc(calls, c, slower); at < mostSlow {
				calls = slices.Insert(calls, at, c)
				calls = calls[:min(len(calls), mostSlow)]
			}
		}
	}
	for _, c := range calls {
		class := ""
		if c.Outcome != outcomeOK {
			class = failure.class()
		}
		list = append(list, slow{Elapsed: humanDuration(c.Elapsed), Route: clean(c.Method + " " + c.Route), Outcome: clean(c.Outcome), Class: class, Ledger: ledger(*c)})
	}
	return list
}

func slower(a, b *metrics.Call) int { return cmp.Compare(b.Elapsed, a.Elapsed) }

const (
	outcomeOK       = "ok"
	outcomeCanceled = "canceled"
)

// failed is a reason why calls failed.
type failed struct {
	Calls               int
	Route, Outcome, Got string
}

// why counts the calls that failed by route, outcome and what their last attempt got, most first.
func why(timelines []metrics.Timeline) []failed {
	at := make(map[failed]int)
	for _, t := range timelines {
		for _, c := range t.Calls {
			if c.Outcome != outcomeOK && c.Outcome != outcomeCanceled {
				at[failed{Route: clean(c.Method + " " + c.Route), Outcome: clean(c.Outcome), Got: got(c)}]++
			}
		}
	}
	list := make([]failed, 0, len(at))
	for f, n := range at {
		f.Calls = n
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b failed) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Got, b.Got))
	})
	return list[:min(len(list), mostFailed)]
}

// got says what the last attempt of a call got.
func got(c metrics.Call) string {
	var parts []string
	if n := len(c.Attempts); n > 0 {
		a := c.Attempts[n-1]
		if a.Status != 0 {
			parts = append(parts, strconv.Itoa(a.Status))
		}
		if a.Error != "" {
			parts = append(parts, clean(a.Error))
		}
	}
	if c.Stopped != "" {
		parts = append(parts, clean(c.Stopped))
	}
	return strings.Join(parts, "; ")
}

// part is a part of the time of an attempt.
type part struct {
	name string
	took time.Duration
}

// ledger explains a call as its own ledger does, see transport.Call.
func ledger(c metrics.Call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s: %s", c.Start.UTC().Format("15:04:05.000"), clean(c.Method), clean(c.Route), clean(c.Outcome))
	if c.Made > 1 {
		fmt.Fprintf(&b, " after %d attempts", c.Made)
	}
	b.WriteString(" in " + humanDuration(c.Elapsed))
	for i, a := range c.Attempts {
		if i > 0 && a.Number > c.Attempts[i-1].Number+1 {
			b.WriteString("\n  ...")
		}
		status := "error"
		if a.Status != 0 {
			status = strconv.Itoa(a.Status)
		}
		fmt.Fprintf(&b, "\n  %d  %s %s", a.Number, status, clean(a.Verdict))
		for _, w := range []part{{"queue", a.Waits.Queue}, {"quota", a.Waits.Quota}, {"pause", a.Waits.Pause}, {"backoff", a.Waits.Backoff}} {
			if w.took > 0 {
				b.WriteString("  " + w.name + " " + humanDuration(w.took))
			}
		}
		b.WriteString("  headers " + humanDuration(a.Headers))
		if a.Body > 0 {
			b.WriteString("  body " + humanDuration(a.Body))
		}
		if a.Bytes > 0 {
			fmt.Fprintf(&b, "  %d B", a.Bytes)
		}
		if a.Cause != "first" {
			b.WriteString("  (" + clean(a.Cause) + ")")
		}
		if a.Replayed {
			b.WriteString("  replayed")
		}
		if a.Error != "" {
			b.WriteString("  " + clean(a.Error))
		}
		if a.Notes != "" {
			b.WriteString("  [" + clean(a.Notes) + "]")
		}
	}
	if c.Stopped != "" {
		b.WriteString("\n  stopped: " + clean(c.Stopped))
	}
	return b.String()
}
