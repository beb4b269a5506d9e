package retry_test

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A service of capacity 1000/s at 60 to 80 % load drops to a third of its capacity for ten seconds.
// With an adaptive budget it recovers within 30 s. A fixed budget is too much at 80 %, and retries
// without one keep it down for good (Bronson et al., OSDI '22: metastable failures).
func TestBlipDoesNotBecomeAnOutage(t *testing.T) {
	long.Only(t) // minutes of 800 calls/s
	if race.Enabled {
		t.Skip("minutes of virtual time")
	}
	t.Parallel()
	for _, load := range []int{600, 700, 800} {
		for _, c := range budgets() {
			d, peak := blip(t, c.budget, load, 3, 90)
			t.Logf("load %d %%, %s budget: recovered after %s, peak load %.1f x", load/10, c.name, recovery(d), peak)
			if want := load <= c.blip; d < 30*time.Second != want {
				t.Errorf("load %d %%, %s budget: recovered after %s, want within 30s: %v", load/10, c.name, recovery(d), want)
			}
		}
	}
}

// The capacity drops to 10 % for ten seconds. Three retries without a budget are stable up to
// capacity / (1 + 3), a quarter of it. With an adaptive budget the service recovers from 90 % load,
// about when it does without retries.
func TestStabilityLine(t *testing.T) {
	long.Only(t) // minutes of 900 calls/s
	if race.Enabled {
		t.Skip("minutes of virtual time")
	}
	t.Parallel()
	for _, load := range []int{200, 300, 900} {
		alone, _ := blip(t, nil, load, 10, 150)
		t.Logf("load %d %%, no retries: recovered after %s", load/10, recovery(alone))
		for _, c := range budgets() {
			d, peak := blip(t, c.budget, load, 10, 150)
			t.Logf("load %d %%, %s budget: recovered after %s, peak load %.1f x", load/10, c.name, recovery(d), peak)
			if want := load <= c.stable; d < math.MaxInt64 != want {
				t.Errorf("load %d %%, %s budget: recovered after %s, want at all: %v", load/10, c.name, recovery(d), want)
			}
			if c.name == "adaptive" && d > alone*5/4+time.Second {
				t.Errorf("load %d %%: recovered after %s, without retries after %s", load/10, recovery(d), recovery(alone))
			}
		}
	}
}

// bounding is a budget and the highest loads, of a capacity of 1000/s, from which the service
// recovers.
type bounding struct {
	name         string
	budget       func() *retry.Budget
	blip, stable int
}

func budgets() []bounding {
	return []bounding{
		{"adaptive", adaptive, 800, 900},
		{"fixed", func() *retry.Budget { return retry.NewBudget(retry.BudgetConfig{}) }, 700, 300},
		{"no", retry.NoBudget, 0, 200},
	}
}

func recovery(d time.Duration) string {
	if d == math.MaxInt64 {
		return "never"
	}
	return d.String()
}

// blip lets everything take slow times as long for ten seconds. It returns how long afterwards nine
// of ten calls succeed again, for good, or MaxInt64 if they never do. A nil budget means one
// attempt.
func blip(t *testing.T, budget func() *retry.Budget, load int, slow, end int) (recovered time.Duration, peak float64) {
	t.Helper()
	const clients, from, to = 10, 20, 30
	p := retry.Policy{Attempts: 4, Delay: 500 * time.Millisecond, MaxDelay: 20 * time.Second, Repeats: retry.IgnoreRepeats}
	if budget == nil {
		p.Attempts, budget = 1, retry.NoBudget
	}
	ok, offered, served := make([]int, end+60), make([]int, end+60), make([]int, end+60)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		second := func() int { return int(time.Since(start) / time.Second) }
		var mu sync.Mutex // mu guards free and the counts
		free := start     // when the one queue is empty; abandoned calls still take their turn
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			served[second()]++
			if now := time.Now(); free.Before(now) {
				free = now
			}
			work := time.Millisecond
			if turn := free.Sub(start); turn >= from*time.Second && turn < to*time.Second {
				work *= time.Duration(slow)
			}
			free = free.Add(work)
			wait := time.Until(free)
			mu.Unlock()
			if wait > time.Second {
				time.Sleep(time.Second)
				return nil, errTimeout
			}
			time.Sleep(wait)
			return rttest.Response(req, 200, ""), nil
		})
		var wg sync.WaitGroup
		for i := range clients {
			p.Budget = budget()
			draw := rand.New(rand.NewPCG(7, uint64(i)))
			var rmu sync.Mutex // rmu guards draw
			p.Rand = func() float64 {
				rmu.Lock()
				defer rmu.Unlock()
				return draw.Float64()
			}
			rt := retry.New(p).Wrap(base)
			arrive := rand.New(rand.NewPCG(8, uint64(i)))
			wg.Go(func() {
				for time.Since(start) < time.Duration(end)*time.Second {
					time.Sleep(time.Duration(arrive.ExpFloat64() * float64(time.Second) * clients / float64(load)))
					wg.Go(func() {
						at := second()
						resp, err := rt.RoundTrip(request(t, context.Background(), http.MethodGet, nil))
						mu.Lock()
						defer mu.Unlock()
						if offered[at]++; err == nil {
							ok[at]++
							finish(resp)
						}
					})
				}
			})
		}
		wg.Wait()
	})
	recovered = math.MaxInt64
	for s := end - 5; s >= to && 10*ok[s] >= 9*offered[s]; s-- {
		recovered = time.Duration(s-to) * time.Second
	}
	for s := from; s < end; s++ {
		peak = max(peak, float64(served[s])/float64(load))
	}
	return recovered, peak
}
