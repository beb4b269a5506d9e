package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

const (
	mostSlow   = 10
	mostFailed = 20
)

// slow is an entry in the list of the slowest calls.
type slow struct{ Elapsed, Route, Outcome, Class, Ledger string }

// slowest returns the calls that took longest. It leaves out replayed calls.
func slowest(timelines []metrics.Timeline) (list []slow) {
	type one struct {
		*metrics.Call
		of *metrics.Timeline
	}
	slower := func(a, b one) int { return cmp.Compare(b.Elapsed, a.Elapsed) }
	var calls []one
	for i := range timelines {
		t := &timelines[i]
		for i := range t.Calls {
			c := one{&t.Calls[i], t}
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
		list = append(list, slow{Elapsed: humanDuration(c.Elapsed), Route: nameOf(*c.of, *c.Call, timelines), Outcome: safetext.Replace(c.Outcome), Class: class, Ledger: ledger(*c.Call)})
	}
	return list
}

const (
	outcomeOK       = "ok"
	outcomeCanceled = "canceled"
)

// failed is a reason why calls failed.
type failed struct {
	Calls               int
	Route, Outcome, Got string
}

// why counts the failed calls by route, outcome and what their last attempt got, most frequent
// first. Texts that differ only in digits are one reason, because the text of a reset connection
// has its port. The latest text is shown. more is how many calls failed for reasons that do not fit
// into the list.
func why(timelines []metrics.Timeline) (list []failed, more int) {
	type reason struct {
		calls int
		got   string
		alike bool
	}
	at := make(map[failed]*reason)
	for _, t := range timelines {
		for _, c := range t.Calls {
			if c.Outcome == outcomeOK || c.Outcome == outcomeCanceled {
				continue
			}
			status, text := got(c)
			k := failed{Route: nameOf(t, c, timelines), Outcome: safetext.Replace(c.Outcome), Got: status + withoutDigits(text)}
			r := at[k]
			if r == nil {
				r = &reason{got: status + text}
				at[k] = r
			}
			r.calls++
			r.alike = r.alike || r.got != status+text
			r.got = status + text
		}
	}
	for f, r := range at {
		f.Calls, f.Got = r.calls, r.got
		if r.alike {
			f.Got += " (the latest of several similar ones)"
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b failed) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Route, b.Route), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Got, b.Got))
	})
	for _, f := range list[min(len(list), mostFailed):] {
		more += f.Calls
	}
	return list[:min(len(list), mostFailed)], more
}

// nameOf returns the name of a call in a list, with its client if there are several.
func nameOf(t metrics.Timeline, c metrics.Call, all []metrics.Timeline) string {
	name := safetext.Replace(c.Method + " " + c.Route)
	if slices.ContainsFunc(all, func(o metrics.Timeline) bool { return o.Client != t.Client }) {
		name = safetext.Replace(t.Client) + " " + name
	}
	return name
}

// withoutDigits replaces each run of digits with one #.
func withoutDigits(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch digit := s[i] >= '0' && s[i] <= '9'; {
		case !digit:
			b.WriteByte(s[i])
		case i == 0 || s[i-1] < '0' || s[i-1] > '9':
			b.WriteByte('#')
		}
	}
	return b.String()
}

// got returns what the last attempt of a call got: the status, "" for none, and other details.
func got(c metrics.Call) (status, text string) {
	var parts []string
	if n := len(c.Attempts); n > 0 {
		a := c.Attempts[n-1]
		if a.Status != 0 {
			status = strconv.Itoa(a.Status)
		}
		if a.Error != "" {
			parts = append(parts, safetext.Replace(a.Error))
		}
	}
	if c.Stopped != "" {
		parts = append(parts, safetext.Replace(c.Stopped))
	}
	if status != "" && len(parts) > 0 {
		status += "; "
	}
	return status, strings.Join(parts, "; ")
}

// part is a part of an attempt's time.
type part struct {
	name string
	took time.Duration
}

// ledger explains a call in the format of transport.Call.
func ledger(c metrics.Call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s: %s", c.Start.UTC().Format("15:04:05.000"), safetext.Replace(c.Method), safetext.Replace(c.Route), safetext.Replace(c.Outcome))
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
		fmt.Fprintf(&b, "\n  %d  %s %s", a.Number, status, safetext.Replace(a.Verdict))
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
			b.WriteString("  (" + safetext.Replace(a.Cause) + ")")
		}
		if a.Replayed {
			b.WriteString("  replayed")
		}
		if a.Error != "" {
			b.WriteString("  " + safetext.Replace(a.Error))
		}
		if a.Notes != "" {
			b.WriteString("  [" + safetext.Replace(a.Notes) + "]")
		}
	}
	if c.Stopped != "" {
		b.WriteString("\n  stopped: " + safetext.Replace(c.Stopped))
	}
	return b.String()
}
