package admission

import (
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

// scanAll examines every head, as if an event concerned all. It returns how many it grants or lets
// ask, and how many of those had been held back for older ones, which the clock makes the scheduler
// examine again.
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

// blind makes the resources forget which heads found no room, so that no event concerns any. It is
// the control.
func (w *world) blind() {
	for _, r := range w.rules {
		r.Resources(func(s *Resource) { s.full, s.held = 0, 0 })
	}
}

// A scan examines the heads that an event concerns. If it examined all, it would find no other one
// that may leave, except those that older heads hold back: time makes room for them, and they are
// examined once per interval.
func TestAScanMissesNothing(t *testing.T) {
	seeds := uint64(40)
	if !long.Wanted() {
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

// seedAll makes the next scan examine all heads.
func (w *world) seedAll() {
	for _, q := range w.c.sched.queues.byKey {
		w.c.sched.seed(q)
	}
}

// A scan of the heads that an event concerns grants the same requests as a scan of all heads: no
// younger head gets what an older one needs. Two worlds take the same steps, and one of them
// examines all heads each time.
func TestAPartialScanGrantsWhatAFullOneDoes(t *testing.T) {
	worlds := uint64(40)
	if !long.Wanted() {
		worlds = 8
	}
	run := func(before func(*world)) (alike, apart int) {
		for seed := range worlds {
			some, all := newWorld(seed, none), newWorld(seed, none)
			for range 1500 {
				before(some)
				all.seedAll()
				for _, w := range []*world{some, all} {
					w.step()
					w.scanAll()
					w.wake()
				}
				if some.seen != all.seen || some.c.Waiting() != all.c.Waiting() {
					apart++
					break
				}
				alike++
			}
		}
		return alike, apart
	}
	alike, apart := run(func(*world) {})
	t.Logf("%d steps alike, %d of %d worlds come apart", alike, apart, worlds)
	if apart > 0 {
		t.Errorf("%d of %d worlds come apart", apart, worlds)
	}
	if _, apart := run((*world).deaf); apart == 0 {
		t.Error("the control does not come apart: the property cannot fail")
	}
}

// deaf hides from a scan that there is not enough for all, so that it examines no other heads than
// those of the event. It is the control.
func (w *world) deaf() {
	for _, r := range w.rules {
		r.Resources(func(s *Resource) { s.held, s.reached = 0, w.c.sched.scans+1 })
	}
}
