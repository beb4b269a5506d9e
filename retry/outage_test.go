package retry_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A full outage. With a budget the load grows to at most 1 + ratio, plus the reserve, without one
// to 1 + retries. An adaptive budget allows retries of independent faults.
func TestBudgetBoundsTheLoadOfAnOutage(t *testing.T) {
	const rate, retries = 200, 3
	n := 20000
	if !long.Wanted() { // the bounds hold for fewer calls as well, only the figures of docs/retry.md need more
		n = 4000
	}
	bound := 1 + 0.1 + (10+float64(n)/rate)/float64(n) // the reserve, at once and 1/s
	outage := func(b *retry.Budget, fraction float64) (load, success float64) {
		synctest.Test(t, func(t *testing.T) {
			var sent, ok int
			draw := rand.New(rand.NewPCG(5, 6))
			rt := retry.New(retry.Policy{Attempts: 1 + retries, Delay: retry.NoDelay, Budget: b, Repeats: retry.IgnoreRepeats}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				sent++
				code := 200
				if draw.Float64() < fraction {
					code = 503
				}
				return rttest.Response(req, code, ""), nil
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
			load, success = float64(sent)/float64(n), float64(ok)/float64(n)
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
