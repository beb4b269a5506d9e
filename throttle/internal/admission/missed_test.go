package admission

import (
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// scanAll looks at every head, as if an event concerned all, and returns how many it
// grants or lets ask, and how many of those had been held back for older ones: these
// are looked at again by the clock.
func (w *world) scanAll() (missed, back int) {
	free := func() (n, h int) {
		for _, q := range w.c.sched.queues.byKey {
			n += q.line.Len()
			for i := range q.parts {
				if q.parts[i].finding == held {
					h++
				}
			}
		}
		return n, h
	}
	before, heads := free()
	woken := len(w.c.sched.woken)
	for _, q := range w.c.sched.queues.byKey {
		w.c.sched.seed(q)
	}
	w.c.sched.scan(w.now)
	after, _ := free()
	if n := max(after-before, len(w.c.sched.woken)-woken); n > 0 && heads > 0 {
		return 0, n
	} else if n > 0 {
		return n, 0
	}
	return 0, 0
}

// blind makes the resources forget which heads found no room: events at them concern
// none. It is the control.
func (w *world) blind() {
	for _, r := range w.rules {
		r.Resources(func(s *Resource) { s.full, s.held = 0, 0 })
	}
}

// A scan looks at the heads that an event concerns. Had it looked at all, it would
// have found no other one that may leave, but for those that older ones hold back:
// time makes room for them, and they are looked at once in an interval.
func TestAScanMissesNothing(t *testing.T) {
	seeds := uint64(40)
	if race.Enabled || testing.Short() {
		seeds = 10
	}
	run := func(before func(*world)) (missed, back int) {
		for seed := range seeds {
			w := newWorld(seed, none)
			for range 1500 {
				before(w)
				w.step()
				m, b := w.scanAll()
				missed += m
				back += b
				w.wake()
			}
		}
		return missed, back
	}
	missed, back := run(func(*world) {})
	t.Logf("%d missed, %d of those that were held back leave a little sooner", missed, back)
	if missed > 0 || back > 200 {
		t.Errorf("%d were missed, and %d of those that were held back", missed, back)
	}
	if missed, _ := run((*world).blind); missed == 0 {
		t.Error("the control misses none: the property cannot fail")
	}
}
