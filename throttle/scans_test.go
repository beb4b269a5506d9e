package throttle

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
)

// napping counts how often a request that goes to sleep looks for the end of this context.
type napping struct {
	context.Context
	naps *atomic.Int64
}

func (n napping) Done() <-chan struct{} { n.naps.Add(1); return n.Context.Done() }

// There is one timer for all waiters: the work grows with what happens, and not with how many wait
// meanwhile. At each slot two things happen: its time comes, and one request leaves.
const looksPerSlot = 2

func TestTheQueueWorksOnlyWhenSomethingHappens(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: thousands of waiters")
	}
	const slot = 10 * time.Millisecond
	many, some := 2000, 500
	if long.Wanted() {
		many, some = 10_000, 1000
	}
	for _, tt := range []struct {
		name string
		rule Rule
		n    int
		most int // looks at each slot
	}{
		{"without MaxWait", Rule{}, many, looksPerSlot},
		{"with MaxWait", Rule{MaxWait: time.Hour}, many, looksPerSlot},
		{"paced", Rule{Mode: Paced}, some, looksPerSlot},
		{"until response", Rule{Mode: UntilResponse}, some, looksPerSlot + 1}, // and a response comes
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.rule.Limit, tt.rule.Per, tt.rule.Margin = 1, slot, NoMargin
				l := New(tt.rule)
				rt := l.Wrap(&server{})
				var naps atomic.Int64
				ctx := napping{t.Context(), &naps}
				start := time.Now()
				var wg sync.WaitGroup
				for range tt.n {
					wg.Go(func() {
						if _, err := get(ctx, rt, "/"); err != nil {
							t.Error(err)
						}
					})
				}
				synctest.Wait()
				arrived := l.looked()
				wg.Wait()
				if d := time.Since(start); d != time.Duration(tt.n-1)*slot {
					t.Errorf("it took %s", d)
				}
				if looks := l.looked() - arrived; arrived > tt.n+1 || looks > tt.most*tt.n {
					t.Errorf("%d looks at the queue at %d arrivals, %d at as many slots", arrived, tt.n, looks)
				}
				if naps.Load() > 4*int64(tt.n) { // once, and with MaxWait for the context to reacquire slots with
					t.Errorf("%d waiters slept %d times", tt.n, naps.Load())
				}
				quiet(t, l)
			})
		})
	}
}

// looked returns how often the limiter scanned its heads, and set its timer.
func (l *Limiter) looked() int {
	return int(state(l).Scans)
}

// The control: each waiter has a timer, and at each slot all except one look in vain.
func TestATimerForEachWaiterIsAHerd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, slot = 300, 10 * time.Millisecond
		var (
			mu    sync.Mutex
			free  = time.Now()
			looks int
			wg    sync.WaitGroup
		)
		for range n {
			wg.Go(func() {
				for {
					mu.Lock()
					looks++
					wait := time.Until(free)
					if wait <= 0 {
						free = time.Now().Add(slot)
						mu.Unlock()
						return
					}
					mu.Unlock()
					time.Sleep(wait)
				}
			})
		}
		wg.Wait()
		if looks <= looksPerSlot*n {
			t.Errorf("%d looks at %d slots: the bound cannot fail", looks, n)
		}
	})
}
