package admission

import (
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
)

// A million steps of random loads on random rules: no window ever has more than the limit, nothing
// is sent during a pause, a queue keeps its order, no store is asked twice at the same time, every
// request leaves in the end, and nothing of it stays.
func TestAMillionStepsKeepEveryPromise(t *testing.T) {
	seeds, steps := uint64(400), 2500
	if !long.Wanted() {
		seeds = 40
	}
	if race.Enabled {
		seeds = 20
	}
	var all seen
	begin := time.Now()
	for seed := range seeds {
		w := newWorld(seed, none)
		for range steps {
			w.step()
		}
		w.drain()
		for _, f := range w.faults {
			t.Errorf("seed %d: %s", seed, f)
		}
		if len(w.faults) > 0 && seed > 20 {
			break
		}
		all.add(w.seen)
	}
	t.Logf("%d steps in %v: %+v", int(seeds)*steps, time.Since(begin), all)
	for _, n := range []int{
		all.sent / 100, all.queued / 50, all.canceled / 10, all.rejected, all.armed, all.changed,
		all.unsent / 10, all.requeued, all.asked / 10, all.reacquired / 10, all.reported / 10,
	} {
		if n < int(seeds)/20 {
			t.Errorf("the load was only %+v", all)
			break
		}
	}
}

func (s *seen) add(o seen) {
	s.sent += o.sent
	s.queued += o.queued
	s.canceled += o.canceled
	s.rejected += o.rejected
	s.armed += o.armed
	s.changed += o.changed
	s.unsent += o.unsent
	s.reported += o.reported
	s.asked += o.asked
	s.reacquired += o.reacquired
	s.requeued += o.requeued
	s.longest = max(s.longest, o.longest)
}

// The control: each mutation breaks the promise that it is about.
func TestEachMutationBreaksAPromise(t *testing.T) {
	for mutant, want := range map[mutation]string{
		largerLimit: "a window of rule", shorterWindow: "a window of rule", lastFirst: "left before", otherPause: "during a pause",
		otherRoute: "during a pause", lostCancel: "left over", lostFinish: "that were sent",
	} {
		found := false
		for seed := uint64(0); seed < 40 && !found; seed++ {
			w := newWorld(seed, mutant)
			for range 2500 {
				w.step()
			}
			w.drain()
			for _, f := range w.faults {
				found = found || strings.Contains(f, want)
			}
		}
		if !found {
			t.Errorf("mutation %d is not noticed", mutant)
		}
	}
}
