package retry_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// Clients race for one version-checked row (the simulator of the AWS
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

// compete lets 100 clients write the row once each and counts their calls.
func compete(t *testing.T, p retry.Policy) (r raced) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		row := &row{rand: rand.New(rand.NewPCG(1, 2))}
		seeds := rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex // mu guards seeds
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
		start := time.Now()
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
		r = raced{row.calls, time.Since(start)}
	})
	return r
}

// row is a server that writes a row if no other client did between read and write,
// over a network of 10 +- 2 ms each way.
type row struct {
	mu      sync.Mutex // mu guards rand, version and calls
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
	return rttest.Response(req, code, ""), nil
}
