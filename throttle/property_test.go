package throttle

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// seeds returns how many loads are tried. They are few: the core has a test of a million steps of
// its own, and this one covers only what the shell adds.
func seeds() uint64 {
	if !long.Wanted() {
		return 5
	}
	return 20
}

// orders returns where the slots may be.
func orders() []string {
	return []string{"alone", "slots outside", "slots inside", "between two limiters"}
}

// exact returns one of the modes that keep every window.
func (m Mode) exact() Mode { return [...]Mode{Window, UntilResponse, Paced}[m%3] }

func all(mode Mode) func(int) (Mode, bool) { return func(int) (Mode, bool) { return mode, false } }

// over fails the test if anything of a load stays.
func (w *world) over(t *testing.T, seed uint64) {
	t.Helper()
	quiet(t, w.limiter)
	if w.outer != nil {
		quiet(t, w.outer)
	}
	if w.slots.InFlight() != 0 || w.slots.Waiting() != 0 {
		t.Errorf("seed %d: %d slots in use, %d waiting", seed, w.slots.InFlight(), w.slots.Waiting())
	}
}

func TestNoWindowEverHoldsMoreThanTheLimit(t *testing.T) {
	for _, order := range orders() {
		t.Run(order, func(t *testing.T) {
			var seen tally
			for seed := range seeds() {
				synctest.Test(t, func(t *testing.T) {
					w := play(t, seed, load{func(i int) (Mode, bool) { return Mode(uint64(i) + seed).exact(), false }, 200 * time.Millisecond, order, Pause{}})
					if n := w.overrun(); n > 0 {
						t.Errorf("seed %d: %d above the limit", seed, n)
					}
					if n := w.during(); n > 0 {
						t.Errorf("seed %d: %d sent during a pause", seed, n)
					}
					if n := w.unlawful(); order == "alone" && n > 0 {
						t.Errorf("seed %d: %d passed one that was before them", seed, n)
					}
					if len(w.sent) < 30 {
						t.Errorf("seed %d: only %d sent", seed, len(w.sent))
					}
					if order != "alone" && w.peak > 4 {
						t.Errorf("seed %d: %d at once", seed, w.peak)
					}
					w.over(t, seed)
					seen.add(w.seen)
				})
			}
			want := tally{ // of ten loads
				pauses: 10, held: 30, canceled: 250, rejected: 80, overtook: 50, limits: 80, pers: 20,
				less: 40, more: 70, keyed: 10, margined: 5,
			}
			if order == "between two limiters" { // only the outer one gets reports
				want.less, want.more = 0, 0
			}
			seen.least(t, want, int(seeds()))
		})
	}
}

func TestAStoreAloneFailsTheSameProperty(t *testing.T) {
	var broken, during uint64
	for seed := range seeds() {
		synctest.Test(t, func(t *testing.T) {
			w := play(t, seed, load{func(int) (Mode, bool) { return Bucket, true }, 200 * time.Millisecond, "alone", Pause{Max: NoPause}})
			if w.overrun() > 0 {
				broken++
			}
			if w.during() > 0 {
				during++
			}
		})
	}
	if min(broken, during) < seeds()/2 {
		t.Errorf("only %d and %d of %d runs broke the law: the property cannot fail", broken, during, seeds())
	}
}

func TestUntilResponseHoldsAtTheServerToo(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: minutes of virtual time")
	}
	loads := (seeds() + 1) / 2
	for _, tt := range []struct {
		mode   Mode
		orders []string
		holds  bool
	}{
		{UntilResponse, orders(), true},
		{Window, orders()[:1], false}, // the control: a window of sends says nothing about arrivals
	} {
		for _, order := range tt.orders {
			t.Run(tt.mode.String()+" "+order, func(t *testing.T) {
				broken := 0
				for seed := range loads {
					synctest.Test(t, func(t *testing.T) {
						w := play(t, seed, load{all(tt.mode), time.Second, order, Pause{}})
						if n := w.late(); n > 0 {
							broken++
							t.Logf("seed %d: %d above the limit at the server", seed, n)
						}
						w.over(t, seed)
					})
				}
				if tt.holds && broken > 0 || !tt.holds && broken <= int(loads/2) {
					t.Errorf("%d of %d runs were above a limit at the server, want that: %v", broken, loads, !tt.holds)
				}
			})
		}
	}
}

// A request that got no response may be processed up to a second after its caller gave up.
// UntilResponse promises nothing for a server that is further behind.
func TestUntilResponseAllowsForAServerThatIsBehind(t *testing.T) {
	const limit, per, behind = 5, time.Second, time.Second
	for lag, want := range map[time.Duration]int{
		0: limit, behind / 2: limit, behind: limit,
		behind + 1: 2 * limit, behind + per - 1: 2 * limit, // the control
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{latency: func(req *http.Request) time.Duration {
				if req.URL.Path == "/hangs" {
					return time.Hour
				}
				return 0
			}}
			rt := New(Rule{Limit: limit, Per: per, Mode: UntilResponse, Margin: NoMargin}).Wrap(s)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			var wg sync.WaitGroup
			for range limit {
				wg.Go(func() { _, _ = get(ctx, rt, "/hangs") })
			}
			wg.Wait()
			handled := slices.Repeat([]time.Time{time.Now().Add(lag)}, limit)
			flood(t, rt, "/", limit)
			handled = append(handled, s.times("/")[limit:]...)
			if n := storetest.Worst(handled, per); n != want {
				t.Errorf("%v behind: %d in a window at the server, want %d", lag, n, want)
			}
		})
	}
}
