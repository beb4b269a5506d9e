package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/metrics"
)

// A view is what the page shows.
type view struct {
	Title, Client, Period string
	Cards                 []card
	Heads                 []string
	Left                  int // how many of Heads are heads of text columns
	Rows                  []viewRow
	Why                   []failed
	More                  string // says how many calls failed for reasons that are not in Why
	Slow                  []slow
	Kept                  string // says which calls the charts and the lists of single calls show
}

type card struct{ Label, Value, Note, Class string }

type viewRow struct {
	Cells []viewCell
	Total bool
}

type viewCell struct{ Text, Class string }

// class is the class of a fault in the style sheet.
func (f fault) class() string { return [...]string{"", "warning", "failure"}[f] }

func newView(s metrics.Snapshot, timelines []metrics.Timeline) view {
	v := view{Title: title(s), Client: safetext.Replace(s.Client), Cards: cards(s), Slow: slowest(timelines), Kept: kept(s, timelines)}
	var more int
	if v.Why, more = why(timelines); more > 0 {
		v.More = fmt.Sprintf("%d more %s failed for other reasons.", more, plural("call", uint64(more)))
	}
	if v.Client == "" {
		v.Client = "Calls"
	}
	if s.Total.Calls == 0 {
		v.Period = none(s)
		return v
	}
	v.Period = fmt.Sprintf("%s, from %s to %s", title(metrics.Snapshot{Total: s.Total}), s.Total.First.UTC().Format(time.DateTime), s.Total.Last.UTC().Format(time.DateTime+" MST"))
	g := newGrid(s)
	v.Heads, v.Left = g.heads, g.left
	for i, row := range g.rows {
		r := viewRow{Total: i == len(g.rows)-1}
		for _, c := range row {
			class := c.fault.class()
			if c.text == "0" || c.text == "0%" || c.text == "-" {
				class = "none"
			}
			r.Cells = append(r.Cells, viewCell{Text: c.text, Class: class})
		}
		v.Rows = append(v.Rows, r)
	}
	return v
}

func cards(s metrics.Snapshot) []card {
	t := s.Total
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	bad := func(n uint64, f fault) string {
		if n == 0 {
			return ""
		}
		return f.class()
	}
	list := []card{
		{Label: "calls", Value: number(t.Calls), Note: human(perSecond(t.Rate)) + " a second"},
		{Label: "succeeded", Value: human(share(t.Successes, t.Calls)), Note: number(t.Successes) + " " + plural("call", t.Successes)},
		{Label: "failed", Value: number(t.Failures), Note: number(t.Rejected) + " of them not sent", Class: bad(t.Failures, failure)},
		{Label: "p50", Value: human(latency(func(l metrics.Latency) time.Duration { return l.P50 })(t)), Note: "to headers"},
		{Label: "p99", Value: human(latency(func(l metrics.Latency) time.Duration { return l.P99 })(t)), Note: "longest " + human(latency(func(l metrics.Latency) time.Duration { return l.Max })(t))},
		{Label: "retries", Value: number(t.Retries), Note: number(t.Exhausted) + " " + plural("call", t.Exhausted) + " gave up", Class: bad(t.Retries, warning)},
		{Label: "throttled", Value: number(t.Throttled), Note: humanDuration(t.Waits.Quota+t.Waits.Pause) + " waited in total", Class: bad(t.Throttled, warning)},
		{Label: "waits for a slot", Value: humanDuration(t.Waits.Queue), Note: "in total"},
	}
	if t.BodiesBroken > 0 || t.BodiesLeaked > 0 {
		list = append(list, card{Label: "bodies broke off", Value: number(t.BodiesBroken), Note: number(t.BodiesLeaked) + " never closed", Class: failure.class()})
	}
	if t.Replayed > 0 || t.Recorded > 0 {
		list = append(list, card{Label: "replayed", Value: number(t.Replayed), Note: number(t.Recorded) + " recorded", Class: bad(t.Replayed, warning)})
	}
	w := s.Waiting.Queue + s.Waiting.Quota + s.Waiting.Pause + s.Waiting.Backoff
	return append(list, card{Label: "running", Value: strconv.FormatInt(s.InFlight, 10), Note: strconv.FormatInt(w, 10) + " of them waiting"})
}

// kept says how many calls the page shows one by one.
func kept(s metrics.Snapshot, timelines []metrics.Timeline) string {
	n, dropped := 0, uint64(0)
	for _, t := range timelines {
		n += len(t.Calls)
		dropped += t.Dropped
	}
	switch {
	case n == 0 && s.Total.Calls > 0:
		return "No single calls were kept: metrics.Recorder.KeepCalls keeps the latest."
	case n == 0:
		return ""
	case dropped > 0:
		return fmt.Sprintf("Charts, reasons and slowest calls cover the last %d calls; %d earlier ones were dropped.", n, dropped)
	}
	return fmt.Sprintf("Charts, reasons and slowest calls cover %d calls.", n)
}
