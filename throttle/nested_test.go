package throttle

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/long"
)

// Limiters around slots: a request that holds something while it waits, as one does that reacquires
// its holds, must not wait for what another request holds that waits for it. No deadline is
// foreseen here, so a circle would last.
func TestNobodyWaitsInACircle(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: minutes of virtual time")
	}
	seeds := uint64(60)
	if long.Wanted() {
		seeds = 150
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 9))
			rule := func(url string) Rule {
				return Rule{URL: url, Limit: 1 + r.IntN(3), Per: time.Duration(1+r.IntN(300)) * time.Millisecond, Mode: UntilResponse, Margin: NoMargin}
			}
			outer, inner := New(rule("a"), rule("c")), New(rule("b"), rule("c"))
			slots := concurrency.New(concurrency.Limit{Max: 1 + r.IntN(3)})
			latency := time.Duration(1+r.IntN(40)) * time.Millisecond
			rt := outer.Wrap(slots.Wrap(inner.Wrap(&server{latency: func(*http.Request) time.Duration { return latency }})))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			var wg sync.WaitGroup
			for range 60 {
				path := [...]string{"/a", "/b", "/ab", "/c", "/"}[r.IntN(5)]
				wg.Go(func() {
					if _, err := get(untold{ctx}, rt, path); err != nil {
						t.Errorf("seed %d: %v: %v wait for %s, %s, %s", seed, err, []int{outer.Waiting(), slots.Waiting(), inner.Waiting()}, outer, slots, inner)
					}
				})
				if r.IntN(2) == 0 {
					time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
				}
			}
			wg.Wait()
			quiet(t, outer)
			quiet(t, inner)
		})
	}
}

// untold hides the deadline of a context, so that no request is rejected because of it.
type untold struct{ context.Context }

func (untold) Deadline() (time.Time, bool) { return time.Time{}, false }
