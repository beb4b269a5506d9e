package admission

import (
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// seedAll makes the next scan one of all heads.
func (w *world) seedAll() {
	for _, q := range w.c.sched.queues.byKey {
		w.c.sched.seed(q)
	}
}

// A scan of the heads that an event concerns grants the same requests as a scan of
// all heads does: no younger head gets what an older one needs. Two worlds go through
// the same steps, and one of them looks at all heads each time.
func TestAPartialScanGrantsWhatAFullOneDoes(t *testing.T) {
	worlds := uint64(40)
	if race.Enabled || testing.Short() {
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

// deaf hides from a scan that there is not enough for all: it looks at no other heads
// than those of the event. It is the control.
func (w *world) deaf() {
	for _, r := range w.rules {
		r.Resources(func(s *Resource) { s.held, s.reached = 0, w.c.sched.scans+1 })
	}
}
