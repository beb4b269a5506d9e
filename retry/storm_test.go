package retry_test

import (
	"context"
	"io"
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

// The bounds of a storm and of independent faults.
const (
	stormSlack    = time.Second // after the time at which clients without retries recover
	stormAttempts = 1.1         // per call, over the whole run
	faultSuccess  = 0.9         // of calls, if half of the attempts fail at random
)

// An adaptive budget survives both the storm and independent faults. A fixed one fails both, a
// small one the faults, no budget the storm.
func TestOneBudgetForStormAndFaults(t *testing.T) {
	long.Only(t) // minutes of 700 calls/s
	if race.Enabled {
		t.Skip("minutes of virtual time")
	}
	t.Parallel()
	for _, clients := range []int{1, 10} {
		alone := worst(t, nil, clients)
		t.Logf("%2d clients, no retries: storm recovered after %v, %.3f attempts a call, %.0f %% succeeded", clients, alone.recovered, alone.attempts, 100*alone.success)
		for _, c := range []struct {
			name          string
			budget        func() *retry.Budget
			storm, faults bool
		}{
			{"adaptive", adaptive, true, true},
			{"fixed", func() *retry.Budget { return retry.NewBudget(retry.BudgetConfig{}) }, false, false},
			{"small", bucket, true, false},
			{"none", retry.NoBudget, false, true},
		} {
			s := worst(t, c.budget, clients)
			if got := s.recovered <= alone.recovered+stormSlack && s.attempts <= stormAttempts; got != c.storm {
				t.Errorf("%s: survives the storm: %v, want %v", c.name, got, c.storm)
			}
			lowest, attempts := 1.0, 0.0
			for _, how := range []fault{fails503, failsReset, failsSilent} {
				for seed := range uint64(3) {
					success, n := chance(t, c.budget, how, seed)
					lowest, attempts = min(lowest, success), max(attempts, n)
				}
			}
			if got := lowest >= faultSuccess; got != c.faults {
				t.Errorf("%s: survives independent faults: %v (%.3f), want %v", c.name, got, lowest, c.faults)
			}
			t.Logf("%2d clients, budget %s: storm recovered after %s, %.3f attempts a call, %.0f %% succeeded; faults of 50 %%: %.1f %% succeeded, %.2f attempts a call",
				clients, c.name, shown(s.recovered), s.attempts, 100*s.success, 100*lowest, attempts)
		}
	}
}

// bucket returns a small bucket that remembers little.
func bucket() *retry.Budget {
	return retry.NewBudget(retry.BudgetConfig{Window: 100 * time.Millisecond, Ratio: 0.001, Reserve: 1})
}

func shown(d time.Duration) string {
	if d == math.MaxInt64 {
		return "not in 30s"
	}
	return d.String()
}

type stormed struct {
	recovered time.Duration
	attempts  float64
	success   float64
}

// worst returns the worst of three storms.
func worst(t *testing.T, budget func() *retry.Budget, clients int) (w stormed) {
	t.Helper()
	w.success = 1
	for seed := range uint64(3) {
		s := storm(t, budget, clients, seed)
		w = stormed{max(w.recovered, s.recovered), max(w.attempts, s.attempts), min(w.success, s.success)}
	}
	return w
}

// storm is a server of 1000/s with one queue, in which abandoned calls still take their turn, under
// 700 calls/s and half a second of 2500/s. Attempts wait 100 ms for a response. A nil budget means
// one attempt.
func storm(t *testing.T, budget func() *retry.Budget, clients int, seed uint64) (s stormed) {
	t.Helper()
	const (
		patience = 100 * time.Millisecond
		bin      = 250 * time.Millisecond
		from     = 10 * time.Second
		to       = from + 500*time.Millisecond
		end      = to + 30*time.Second
	)
	var calls, sent, won int
	offered, ok := make([]int, end/bin+1), make([]int, end/bin+1)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex // mu guards free and the counts
		free := start
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			sent++
			if now := time.Now(); free.Before(now) {
				free = now
			}
			free = free.Add(time.Millisecond)
			wait := time.Until(free)
			mu.Unlock()
			if wait > patience {
				time.Sleep(patience)
				return nil, errTimeout
			}
			time.Sleep(wait)
			return rttest.Response(req, 200, ""), nil
		})
		var wg sync.WaitGroup
		for i := range clients {
			rt := retry.New(stormPolicy(budget, seed<<8+uint64(i))).Wrap(base)
			arrive := rand.New(rand.NewPCG(seed, uint64(i)))
			wg.Go(func() {
				for time.Since(start) < end {
					rate := 700.0
					if at := time.Since(start); at >= from && at < to {
						rate = 2500
					}
					time.Sleep(time.Duration(arrive.ExpFloat64() * float64(time.Second) * float64(clients) / rate))
					wg.Go(func() {
						at := time.Since(start) / bin
						resp, err := rt.RoundTrip(request(t, context.Background(), http.MethodGet, nil))
						finish(resp)
						mu.Lock()
						defer mu.Unlock()
						calls++
						if int(at) < len(offered) {
							offered[at]++
						}
						if err == nil {
							won++
							if int(at) < len(ok) {
								ok[at]++
							}
						}
					})
				}
			})
		}
		wg.Wait()
	})
	s = stormed{math.MaxInt64, float64(sent) / float64(calls), float64(won) / float64(calls)}
	for b := int(end/bin) - 1; b >= int(to/bin) && 10*ok[b] >= 9*offered[b]; b-- {
		s.recovered = time.Duration(b)*bin - to
	}
	return s
}

// stormPolicy returns the policy of all runs, with the given budget.
func stormPolicy(budget func() *retry.Budget, seed uint64) retry.Policy {
	var mu sync.Mutex // mu guards draw
	draw := rand.New(rand.NewPCG(11, seed))
	p := retry.Policy{Attempts: 4, Repeats: retry.IgnoreRepeats, Rand: func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return draw.Float64()
	}}
	if budget == nil {
		p.Attempts = 1
		return p
	}
	p.Budget = budget()
	return p
}

// A fault is a way in which an attempt fails at random.
type fault int

const (
	fails503 fault = iota
	failsReset
	failsSilent
)

// chance makes 1000 calls at 50/s to a server that fails half of the attempts, independently.
func chance(t *testing.T, budget func() *retry.Budget, how fault, seed uint64) (success, attempts float64) {
	t.Helper()
	const n = 1000
	var sent, won int
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // mu guards coin, sent and won
		coin := rand.New(rand.NewPCG(13, seed))
		rt := retry.New(stormPolicy(budget, seed)).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			sent++
			bad := coin.Float64() < 0.5
			mu.Unlock()
			code := 200
			switch {
			case bad && how == failsReset:
				return nil, io.ErrUnexpectedEOF
			case bad && how == failsSilent:
				time.Sleep(100 * time.Millisecond)
				return nil, errTimeout
			case bad:
				code = 503
			}
			time.Sleep(5 * time.Millisecond)
			return rttest.Response(req, code, ""), nil
		}))
		var wg sync.WaitGroup
		for range n {
			time.Sleep(20 * time.Millisecond)
			wg.Go(func() {
				resp, err := rt.RoundTrip(request(t, context.Background(), http.MethodGet, nil))
				if err == nil && resp.StatusCode == 200 {
					mu.Lock()
					won++
					mu.Unlock()
				}
				finish(resp)
			})
		}
		wg.Wait()
	})
	return float64(won) / n, float64(sent) / n
}
