package report

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// packed is a [metrics.Timeline] in columns of whole numbers, which take a tenth of the bytes of
// objects: 10,000 calls take some 250 KB. Times are in microseconds.
type packed struct {
	Client  string         `json:"client"`
	Dropped uint64         `json:"dropped"`
	From    time.Time      `json:"from"`
	Names   []string       `json:"names"` // the texts that columns refer to by number
	Calls   callColumns    `json:"calls"`
	Rows    attemptColumns `json:"attempts"`
}

// callColumns has one number for each call in each column.
type callColumns struct {
	Start    numbers `json:"start"` // since the start of the call before
	Elapsed  numbers `json:"elapsed"`
	Name     numbers `json:"name"` // the method and route
	Outcome  numbers `json:"outcome"`
	Unseen   numbers `json:"unseen"` // the number of attempts that were not kept
	Stopped  numbers `json:"stopped"`
	Attempts numbers `json:"attempts"` // the number of rows
}

// attemptColumns has one number for each attempt in each column, call after call.
type attemptColumns struct {
	Number  numbers `json:"number"` // minus its place among the kept attempts of the call
	After   numbers `json:"after"`
	Queue   numbers `json:"queue"`
	Quota   numbers `json:"quota"`
	Pause   numbers `json:"pause"`
	Backoff numbers `json:"backoff"`
	Spare   numbers `json:"spare"` // the time between the end of the waits and the next attempt or the end of the call, minus Headers
	Body    numbers `json:"body"`
	Bytes   numbers `json:"bytes"`
	Status  numbers `json:"status"`
	Cause   numbers `json:"cause"` // 0 for the usual cause of its place
	Verdict numbers `json:"verdict"`
	Flags   numbers `json:"flags"` // 1 sent, 2 replayed
	Error   numbers `json:"error"`
	Notes   numbers `json:"notes"`
}

const (
	flagSent = 1 << iota
	flagReplayed
)

// errPacked is the error of columns that do not fit together.
var errPacked = errors.New("report: the calls are damaged")

// names numbers the texts of the columns.
type names struct {
	list  []string
	at    map[string]int64
	calls map[[2]string]int64 // the numbers of methods with routes
}

func (n *names) number(s string) int64 {
	i, ok := n.at[s]
	if !ok {
		i = int64(len(n.list))
		n.at[s] = i
		n.list = append(n.list, s)
	}
	return i
}

func (n *names) ofCall(c metrics.Call) int64 {
	k := [2]string{c.Method, c.Route}
	i, ok := n.calls[k]
	if !ok {
		i = n.number(c.Method + " " + c.Route)
		n.calls[k] = i
	}
	return i
}

func pack(t metrics.Timeline) *packed {
	p := &packed{Client: t.Client, Dropped: t.Dropped}
	n := &names{at: make(map[string]int64), calls: make(map[[2]string]int64)}
	n.number("") // is 0, so that columns without texts are runs of 0
	var before time.Time
	for i, c := range t.Calls {
		if i == 0 {
			p.From, before = c.Start, c.Start
		}
		k := &p.Calls
		k.Start.add(micro(c.Start.Sub(p.From)) - micro(before.Sub(p.From)))
		before = c.Start
		k.Elapsed.add(micro(c.Elapsed))
		k.Name.add(n.ofCall(c))
		k.Outcome.add(n.number(c.Outcome))
		k.Unseen.add(int64(c.Made - len(c.Attempts)))
		k.Stopped.add(n.number(c.Stopped))
		k.Attempts.add(int64(len(c.Attempts)))
		for i, a := range c.Attempts {
			until := micro(c.Elapsed)
			if i+1 < len(c.Attempts) {
				until = micro(c.Attempts[i+1].After)
			}
			p.Rows.add(n, i+1, a, until)
		}
	}
	p.Names = n.list
	return p
}

// add adds an attempt. place is counted from 1. until is when the next attempt began or the call
// returned.
func (r *attemptColumns) add(n *names, place int, a metrics.Attempt, until int64) {
	flags := int64(0)
	if a.Sent {
		flags |= flagSent
	}
	if a.Replayed {
		flags |= flagReplayed
	}
	after, waits := micro(a.After), [...]int64{micro(a.Waits.Queue), micro(a.Waits.Quota), micro(a.Waits.Pause), micro(a.Waits.Backoff)}
	spare := until - after - waits[0] - waits[1] - waits[2] - waits[3] - micro(a.Headers)
	if spare == 1 || spare == -1 {
		spare = 0 // a rounding error of several times
	}
	for i, column := range [...]*numbers{&r.Queue, &r.Quota, &r.Pause, &r.Backoff} {
		column.add(waits[i])
	}
	r.Number.add(int64(a.Number - place))
	r.After.add(after)
	r.Spare.add(spare)
	r.Body.add(micro(a.Body))
	r.Bytes.add(a.Bytes)
	r.Status.add(int64(a.Status))
	cause := int64(0)
	if a.Cause != usualCause(place) {
		cause = n.number(a.Cause)
	}
	r.Cause.add(cause)
	r.Verdict.add(n.number(a.Verdict))
	r.Flags.add(flags)
	r.Error.add(n.number(a.Error))
	r.Notes.add(n.number(a.Notes))
}

// usualCause is the cause of most attempts in a place.
func usualCause(place int) string {
	if place == 1 {
		return "first"
	}
	return "retry"
}

func micro(d time.Duration) int64 { return d.Microseconds() }

// timeline is the inverse of pack, except that times are in whole microseconds.
func (p *packed) timeline() (t metrics.Timeline, err error) {
	t = metrics.Timeline{Client: p.Client, Dropped: p.Dropped}
	k, r := &p.Calls, &p.Rows
	n := len(k.Start)
	for _, c := range [...]numbers{k.Elapsed, k.Name, k.Outcome, k.Unseen, k.Stopped, k.Attempts} {
		if len(c) != n {
			return t, errPacked
		}
	}
	for _, c := range [...]numbers{r.After, r.Queue, r.Quota, r.Pause, r.Backoff, r.Spare, r.Body, r.Bytes, r.Status, r.Cause, r.Verdict, r.Flags, r.Error, r.Notes} {
		if len(c) != len(r.Number) {
			return t, errPacked
		}
	}
	name := func(i int64) string {
		if i < 0 || i >= int64(len(p.Names)) {
			err = errPacked
			return ""
		}
		return p.Names[i]
	}
	span := func(n int64) time.Duration {
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			err = errPacked
			return 0
		}
		return time.Duration(n) * time.Microsecond
	}
	at, row := p.From, 0
	for i := range n {
		at = at.Add(span(k.Start[i]))
		method, route, _ := strings.Cut(name(k.Name[i]), " ")
		c := metrics.Call{
			Method: method, Route: route, Start: at, Elapsed: span(k.Elapsed[i]), Outcome: name(k.Outcome[i]),
			Made: int(k.Unseen[i] + k.Attempts[i]), Stopped: name(k.Stopped[i]),
		}
		if k.Attempts[i] < 0 || k.Attempts[i] > int64(len(r.Number)-row) {
			return t, errPacked
		}
		for place, end := 1, row+int(k.Attempts[i]); row < end; place, row = place+1, row+1 {
			until := c.Elapsed
			if row+1 < end {
				until = span(r.After[row+1])
			}
			a := metrics.Attempt{
				Number: int(r.Number[row]) + place, After: span(r.After[row]),
				Waits: metrics.Waits{Queue: span(r.Queue[row]), Quota: span(r.Quota[row]), Pause: span(r.Pause[row]), Backoff: span(r.Backoff[row])},
				Body:  span(r.Body[row]), Bytes: r.Bytes[row], Status: int(r.Status[row]), Cause: usualCause(place), Verdict: name(r.Verdict[row]),
				Sent: r.Flags[row]&flagSent != 0, Replayed: r.Flags[row]&flagReplayed != 0, Error: name(r.Error[row]), Notes: name(r.Notes[row]),
			}
			if r.Cause[row] != 0 {
				a.Cause = name(r.Cause[row])
			}
			a.Headers = max(until-a.After-a.Waits.Queue-a.Waits.Quota-a.Waits.Pause-a.Waits.Backoff-span(r.Spare[row]), 0)
			c.Attempts = append(c.Attempts, a)
		}
		t.Calls = append(t.Calls, c)
		if err != nil {
			return t, err
		}
	}
	return t, nil
}
