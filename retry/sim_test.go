package retry_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/retry"
)

// E1: clients race for one version-checked row (the simulator of the AWS
// Architecture Blog's "Exponential Backoff and Jitter"). Full jitter makes at
// most half of the calls of plain exponential backoff.
func TestFullJitterHalvesTheCalls(t *testing.T) {
	full := compete(t, retry.Policy{Jitter: retry.FullJitter})
	equal := compete(t, retry.Policy{Jitter: retry.EqualJitter})
	plain := compete(t, retry.Policy{Jitter: retry.NoJitter})
	none := compete(t, retry.Policy{Delay: retry.NoDelay})
	t.Logf("calls: none %d, exponential %d, equal jitter %d, full jitter %d", none.calls, plain.calls, equal.calls, full.calls)
	t.Logf("time: none %v, exponential %v, equal jitter %v, full jitter %v", none.took, plain.took, equal.took, full.took)
	halves := func(r raced) bool { return float64(r.calls) <= 0.5*float64(plain.calls) }
	if !halves(full) {
		t.Errorf("full jitter made %d calls, more than half of the %d without", full.calls, plain.calls)
	}
	if full.took*4 > plain.took {
		t.Errorf("full jitter took %v, not a quarter of %v", full.took, plain.took)
	}
	if halves(none) || halves(plain) {
		t.Error("the control passes the bound")
	}
}

type raced struct {
	calls int
	took  time.Duration
}

// race lets 100 clients write the row once each and counts their calls.
func compete(t *testing.T, p retry.Policy) (r raced) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		row := &row{rand: rand.New(rand.NewPCG(1, 2))}
		seeds := rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		p.Attempts, p.Budget, p.Unsafe = 1<<20, retry.NoBudget(), true
		p.Rand = func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return seeds.Float64()
		}
		if p.Delay == 0 {
			p.Delay, p.MaxDelay = 5*time.Millisecond, 2*time.Second
		}
		rt := retry.New(p).Wrap(row)
		begin := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				resp, err := rt.RoundTrip(request(t, context.Background(), http.MethodPost, nil))
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("%v", err)
				}
				finish(resp)
			})
		}
		wg.Wait()
		r = raced{row.calls, time.Since(begin)}
	})
	return r
}

// row is a server that writes a row if nobody else did between read and write,
// over a network of 10 +- 2 ms each way.
type row struct {
	mu      sync.Mutex
	rand    *rand.Rand
	version int
	calls   int
}

func (r *row) net() {
	r.mu.Lock()
	d := time.Duration(max(10+2*r.rand.NormFloat64(), 0) * float64(time.Millisecond))
	r.mu.Unlock()
	time.Sleep(d)
}

func (r *row) RoundTrip(req *http.Request) (*http.Response, error) {
	r.net()
	r.mu.Lock()
	r.calls++
	seen := r.version
	r.mu.Unlock()
	r.net()
	r.net()
	r.mu.Lock()
	code := 503
	if r.version == seen {
		r.version++
		code = 200
	}
	r.mu.Unlock()
	r.net()
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// E3: a full outage. With a budget the load grows to at most 1 + ratio, and the
// reserve; without it to 1 + retries. An adaptive one lets independent faults be
// retried.
func TestBudgetBoundsTheLoadOfAnOutage(t *testing.T) {
	const n, rate, retries = 20000, 200, 3
	bound := 1 + 0.1 + (10+float64(n)/rate)/n // reserve, and the floor of 1/s
	outage := func(b *retry.Budget, fraction float64) (load, success float64) {
		synctest.Test(t, func(t *testing.T) {
			var sent, ok int
			draw := rand.New(rand.NewPCG(5, 6))
			rt := retry.New(retry.Policy{Attempts: 1 + retries, Delay: retry.NoDelay, Budget: b}).Wrap(roundTrip(func(req *http.Request) (*http.Response, error) {
				sent++
				code := 200
				if draw.Float64() < fraction {
					code = 503
				}
				return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
			}))
			for range n {
				resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
				if err != nil {
					t.Fatal(err)
				}
				if resp.StatusCode == 200 {
					ok++
				}
				finish(resp)
				time.Sleep(time.Second / rate)
			}
			load, success = float64(sent)/n, float64(ok)/n
		})
		return load, success
	}
	for _, fraction := range []float64{1, 0.5, 0.1, 0.01} {
		with, okWith := outage(retry.NewBudget(retry.BudgetConfig{}), fraction)
		naive, okNaive := outage(retry.NoBudget(), fraction)
		t.Logf("%3.0f %% fail: load %.2f with budget, %.2f without; success %.2f %% and %.2f %%", 100*fraction, with, naive, 100*okWith, 100*okNaive)
		def, okDef := outage(adaptive(), fraction)
		t.Logf("%3.0f %% fail: load %.2f and success %.2f %% with an adaptive budget", 100*fraction, def, 100*okDef)
		if fraction == 1 && def > bound {
			t.Errorf("the load of the adaptive budget grew to %v, want at most %v", def, bound)
		}
		if fraction < 1 && okDef < 1-fraction*fraction*fraction {
			t.Errorf("%v fail: %v succeed with an adaptive budget", fraction, okDef)
		}
		if with > bound {
			t.Errorf("%v fail: the load grew to %v, want at most %v", fraction, with, bound)
		}
		if want := 1 + retries; fraction == 1 && naive != float64(want) {
			t.Errorf("the control: a load of %v, want %d", naive, want)
		}
		if fraction == 1 && naive <= bound {
			t.Error("the control passes the bound")
		}
	}
}

// E4: a service of capacity 1000/s at 60 to 80 % load falls to a third of its
// capacity for ten seconds. With an adaptive budget it recovers within 30 s;
// a fixed one is too much at 80 %, and retries without one keep it down for good
// (Bronson et al., OSDI '22: metastable failures).
func TestBlipDoesNotBecomeAnOutage(t *testing.T) {
	if testing.Short() || race.Enabled {
		t.Skip("minutes of 800 calls/s")
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

// E5: the capacity falls to 10 % for ten seconds. Three retries without a budget
// are stable up to capacity / (1 + 3), a quarter of it; with an adaptive budget
// the service comes back from 90 % load, about when it does without retries.
func TestStabilityLine(t *testing.T) {
	if testing.Short() || race.Enabled {
		t.Skip("minutes of 900 calls/s")
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

// bounding is a budget and the highest loads, of a capacity of 1000/s, from which
// the service comes back.
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

// blip returns how long after the ten seconds in which all takes slow times as
// long nine of ten calls succeed again, for good; MaxInt64 if they do not. A nil
// budget makes one attempt.
func blip(t *testing.T, budget func() *retry.Budget, load int, slow, end int) (recovered time.Duration, peak float64) {
	t.Helper()
	const clients, from, to = 10, 20, 30
	p := retry.Policy{Attempts: 4, Delay: 500 * time.Millisecond, MaxDelay: 20 * time.Second}
	if budget == nil {
		p.Attempts, budget = 1, retry.NoBudget
	}
	ok, offered, served := make([]int, end+60), make([]int, end+60), make([]int, end+60)
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		second := func() int { return int(time.Since(begin) / time.Second) }
		var mu sync.Mutex
		free := begin // when the one queue is empty; abandoned calls still take their turn
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			served[second()]++
			if now := time.Now(); free.Before(now) {
				free = now
			}
			work := time.Millisecond
			if turn := free.Sub(begin); turn >= from*time.Second && turn < to*time.Second {
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
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		var wg sync.WaitGroup
		for i := range clients {
			p.Budget = budget()
			draw := rand.New(rand.NewPCG(7, uint64(i)))
			var rmu sync.Mutex
			p.Rand = func() float64 {
				rmu.Lock()
				defer rmu.Unlock()
				return draw.Float64()
			}
			rt := retry.New(p).Wrap(base)
			arrive := rand.New(rand.NewPCG(8, uint64(i)))
			wg.Go(func() {
				for time.Since(begin) < time.Duration(end)*time.Second {
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

var errTimeout = errors.New("timeout")
