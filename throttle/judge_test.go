package throttle

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/layer"
)

func (a *tally) add(b tally) {
	for i, n := range b.all() {
		*a.all()[i] += *n
	}
}

func (a *tally) all() []*int {
	return []*int{&a.pauses, &a.held, &a.canceled, &a.rejected, &a.overtook, &a.limits, &a.pers, &a.less, &a.more, &a.keyed, &a.margined}
}

// least fails the test if something happened less often in so many loads than is wanted in ten.
func (a *tally) least(t *testing.T, want tally, loads int) {
	t.Helper()
	t.Logf("%+v", *a)
	for i, n := range want.all() {
		if *a.all()[i]*10 < *n*loads {
			t.Errorf("%d loads were %+v, want at least, of ten, %+v", loads, *a, want)
			return
		}
	}
}

// count adds what can be seen only afterwards.
func (w *world) count() {
	w.seen.pauses = w.events.count(layer.Paused)
	for _, e := range w.events.observed {
		if e.Kind == layer.WaitBegin && e.How == layer.Pause {
			w.seen.held++
		}
	}
	for _, x := range w.calls {
		if slices.ContainsFunc(w.calls, func(y *caller) bool { return x.passed(y) && x.priority > y.priority }) {
			w.seen.overtook++
		}
	}
}

// passed reports whether x came after y, which needed the same, and left before it.
func (x *caller) passed(y *caller) bool {
	return x.path == y.path && y.came.Before(x.came) && !x.left.IsZero() && x.left.Before(y.left)
}

// unlawful returns how many requests passed others that they must not pass, since by their
// priorities they were behind.
func (w *world) unlawful() (n int) {
	for _, x := range w.calls {
		for _, y := range w.calls {
			if x.passed(y) && x.came.Add(-time.Duration(x.priority)*time.Second).After(y.came.Add(-time.Duration(y.priority)*time.Second)) {
				n++
			}
		}
	}
	return n
}

// during returns how many were sent during a pause.
func (w *world) during() (n int) {
	for _, e := range w.sent {
		if slices.ContainsFunc(w.pauses, func(p [2]time.Time) bool { return e.at.After(p[0]) && e.at.Before(p[1]) }) {
			n++
		}
	}
	return n
}

// overrun returns by how much the worst window of any rule and key is above its limit at a send. It
// counts estimates, less what was known by then, and debt. Debt cannot hold back a request that is
// granted and waits for a slot.
func (w *world) overrun() int { return w.worst(w.sent, w.order == "alone") }

// late is overrun as the server sees it. Debt cannot hold back what is on its way there.
func (w *world) late() int { return w.worst(w.handled, false) }

func (w *world) worst(events []event, debt bool) (most int) {
	events = slices.SortedFunc(slices.Values(events), func(a, b event) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, rule := range w.rules {
		in := make(map[string][]event) // by key
		for _, e := range events {
			if !strings.Contains(e.path, rule.URL) {
				continue
			}
			key := ""
			if rule.Key != nil {
				key = keyOf(e.path)
			}
			in[key] = append(in[key], e)
			sum := 0
			for _, x := range in[key] {
				sum += x.counts(rule, e.at, debt)
			}
			most = max(most, sum-rule.Limit)
		}
	}
	return most
}

// counts returns what of e counts at a later time.
func (e event) counts(rule Rule, now time.Time, debt bool) (n int) {
	live := now.Sub(e.at) < rule.Per
	if rule.Cost == nil {
		if live {
			n = 1
		}
		return n
	}
	known := !e.known.IsZero() && !e.known.After(now)
	if live {
		n = e.cost
		if known {
			n = min(n, e.actual)
		}
	}
	if debt && known && e.known.Before(now) && now.Sub(e.known) < rule.Per { // at the same instant the send may have come first
		n += max(e.actual-e.cost, 0)
	}
	return n
}
