package throttle

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// Above 4096, sends share timestamps. A limit that crosses that number in the middle of a window
// keeps every window, before and after.
func TestALimitCrossesTheGrain(t *testing.T) {
	const low, high, per = 4000, 5000, time.Second
	for name, limits := range map[string][3]int{"up and down": {low, high, low}, "down and up": {high, low, high}} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Rule{Limit: limits[0], Per: per, Margin: NoMargin})
			start := time.Now()
			var sent []time.Time
			var changed [3]time.Time
			for i, limit := range limits {
				change(t, l, limit, per)
				changed[i] = time.Now()
				for time.Since(changed[i]) < 2350*time.Millisecond {
					var d admission.Demand
					d.Add(admission.Part{Rule: l.list()[0].core, Cost: 1})
					if l.shell.admit(&d) {
						sent = append(sent, time.Now())
						time.Sleep(50 * time.Microsecond) // four to five times the limit
						continue
					}
					time.Sleep(time.Millisecond)
				}
				if n := counts(l, 0).Entries; (n <= 2*meter.Parts) != (limit > meter.Exact) {
					t.Errorf("%s: %d entries are kept for a limit of %d", name, n, limit)
				}
			}
			t.Logf("%s: %d sent", name, len(sent))
			for i, limit := range limits {
				// What was sent before under a higher limit may be in the window, but nothing is
				// added to it.
				from := changed[i]
				if i > 0 && limits[i-1] > limit {
					from = from.Add(per)
				}
				till := start.Add(time.Hour)
				if i+1 < len(limits) {
					till = changed[i+1]
				}
				var during []time.Time
				for _, at := range sent {
					if at.After(from.Add(-per)) && at.Before(till) {
						during = append(during, at)
					}
				}
				last := storetest.Worst(slices.DeleteFunc(slices.Clone(during), func(at time.Time) bool { return at.Before(from) }), per)
				if n := storetest.Worst(during, per); n > max(limit, limits[max(i-1, 0)]) || last > limit || last < limit*62/64 {
					t.Errorf("%s: under the limit of %d up to %d in a window, %d in one of its own", name, limit, n, last)
				}
			}
		})
	}
}

// Around a change of Per, every window holds that is wholly under the law of either. If Per becomes
// longer, these are the windows that begin no earlier than the oldest entry that still counted at
// the change.
func TestEveryWindowHoldsAroundAChangeOfPer(t *testing.T) {
	const limit = 20
	for _, tt := range []struct{ from, to time.Duration }{
		{time.Second, 3 * time.Second}, {3 * time.Second, time.Second}, {time.Second, time.Second + 1}, {time.Second, time.Hour},
	} {
		for _, mode := range []Mode{Window, UntilResponse, Paced} {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(Rule{Limit: limit, Per: tt.from, Mode: mode, Margin: NoMargin})
				rt := l.Wrap(s)
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				var wg sync.WaitGroup
				for range 50 {
					wg.Go(func() {
						for ctx.Err() == nil {
							_, _ = get(untold{ctx}, rt, "/")
							time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
						}
					})
				}
				time.Sleep(7300 * time.Millisecond)
				changed := time.Now()
				change(t, l, limit, tt.to)
				wg.Wait()
				var before, after []time.Time
				for _, at := range s.times("/") {
					if at.Before(changed) {
						before = append(before, at)
					}
					if at.After(changed.Add(-tt.from)) {
						after = append(after, at)
					}
				}
				if a, b := storetest.Worst(before, tt.from), storetest.Worst(after, tt.to); a > limit || b > limit {
					t.Errorf("%s, %s to %s: up to %d before and %d around the change", mode, tt.from, tt.to, a, b)
				}
				if a, b := storetest.Worst(before, tt.from), storetest.Worst(after, tt.to); a < limit*9/10 || b < limit*9/10 {
					t.Errorf("%s, %s to %s: only %d before and %d after the change", mode, tt.from, tt.to, a, b)
				}
				if n := storetest.Worst(s.times("/"), max(tt.from, tt.to)); tt.to != tt.from+1 && n <= limit { // the control
					t.Errorf("%s, %s to %s: %d in the worst of all windows: the bound cannot fail", mode, tt.from, tt.to, n)
				}
				quiet(t, l)
			})
		}
	}
}
