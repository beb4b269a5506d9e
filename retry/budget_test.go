package retry_test

import (
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
)

// calls makes n failing calls to host and returns how many retries were sent.
func calls(tb testing.TB, rt http.RoundTripper, base *tally, host string, n int) int {
	tb.Helper()
	before := base.n.Load()
	for range n {
		req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "http://"+host+"/", nil)
		if err != nil {
			tb.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			tb.Fatal(err)
		}
		finish(resp)
	}
	return int(base.n.Load()-before) - n
}

// tally counts the requests and immediately responds to each with 503.
type tally struct{ n atomic.Int64 }

func (c *tally) RoundTrip(req *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return rttest.Response(req, 503, ""), nil
}

func budgeted(b *retry.Budget, base http.RoundTripper) http.RoundTripper {
	return retry.New(retry.Policy{Attempts: 4, Delay: retry.NoDelay, Budget: b, Repeats: retry.IgnoreRepeats}).Wrap(base)
}

func TestAFixedBudgetAllowsAShareOfTheCallsAndTheReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		rt := budgeted(retry.NewBudget(retry.BudgetConfig{}), base)
		if got := calls(t, rt, base, "a.test", 1000); got != 110 {
			t.Errorf("%d retries of 1000 calls, want 10 %% and 10", got)
		}
		if got := calls(t, rt, base, "b.test", 1); got != 3 {
			t.Errorf("another host: %d retries, want 3", got)
		}
		if got := calls(t, rt, base, "A.test", 1); got != 0 {
			t.Errorf("the same host: %d retries, want none", got)
		}
		time.Sleep(12 * time.Second)
		if got := calls(t, rt, base, "a.test", 10); got != 11 {
			t.Errorf("a window later: %d retries of 10 calls, want 11", got)
		}
	})
}

// The reserve allows one retry per second, however few calls there are.
func TestTheReserveAllowsOneRetryASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		rt := budgeted(retry.NewBudget(retry.BudgetConfig{Ratio: 1e-9}), base)
		got := 0
		for range 110 {
			got += calls(t, rt, base, "a.test", 4)
			time.Sleep(time.Second)
		}
		if got < 90 || got > 120 {
			t.Errorf("%d retries in 110 s, want about 1/s and 10", got)
		}
	})
}

// Any window that ends with a retry has at most Reserve + Ratio x calls retries, wherever it
// begins.
func TestBudgetHoldsInAnyWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(retry.BudgetConfig{Ratio: 0.2, Reserve: 5, Window: time.Second})
		base := new(tally)
		rt := budgeted(b, base)
		const step = 37 * time.Millisecond
		type sample struct{ calls, retries int }
		var all []sample
		for i := range 400 {
			n := i * i % 13
			all = append(all, sample{n, calls(t, rt, base, "a.test", n)})
			time.Sleep(step)
		}
		window := int(time.Second / step)
		total := 0
		for i := range all {
			total += all[i].retries
			if all[i].retries == 0 {
				continue
			}
			var s sample
			for j := max(0, i-window); j <= i; j++ {
				s.calls += all[j].calls
				if j > i-window {
					s.retries += all[j].retries
				}
			}
			if most := 5 + s.calls/5; s.retries > most {
				t.Fatalf("%d retries of %d calls in the window to %d, want at most %d", s.retries, s.calls, i, most)
			}
		}
		if total < 300 {
			t.Errorf("only %d retries in all: the budget gives too little", total)
		}
	})
}

func TestBudgetIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		b := retry.NewBudget(retry.BudgetConfig{Reserve: 4})
		one, two := budgeted(b, base), budgeted(b, base)
		if got := calls(t, one, base, "a.test", 1) + calls(t, two, base, "a.test", 1); got != 4 {
			t.Errorf("%d retries, want 4 together", got)
		}
		if b.Remaining("a.test") != 0 || b.Remaining("new.test") != 4 {
			t.Errorf("%d and %d left", b.Remaining("a.test"), b.Remaining("new.test"))
		}
	})
}

func TestNoBudgetAndNoReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		if got := calls(t, budgeted(retry.NoBudget(), base), base, "a.test", 100); got != 300 {
			t.Errorf("no budget: %d retries of 100 calls, want 300", got)
		}
		b := retry.NewBudget(retry.BudgetConfig{Reserve: retry.NoReserve})
		if got := calls(t, budgeted(b, base), base, "a.test", 100); got != 10 {
			t.Errorf("no reserve: %d retries of 100 calls, want 10", got)
		}
		if retry.NoBudget().Remaining("a.test") != -1 {
			t.Error("no budget has a bound")
		}
	})
}

// The outcome is returned, and the ledger says why.
func TestTheOutcomeIsReturnedWhereTheBudgetIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(retry.BudgetConfig{Reserve: retry.NoReserve, Ratio: 1e-9})
		for _, s := range []step{{status: 503, body: "later"}, fails(rttest.ErrBoom)} {
			base := &script{steps: []step{s}}
			events := rttest.NewEvents(layer.Exhausted)
			resp, c, err := do(t, retry.Policy{Budget: b}, events.Wrap(base), request(t, t.Context(), http.MethodGet, nil))
			if len(base.sent) != 1 || c.StopReason() != "budget empty" || s.err != nil && err != rttest.ErrBoom { //nolint:errorlint // unwrapped
				t.Errorf("sent %d times, %v\n%s", len(base.sent), err, c)
			}
			if resp != nil && rttest.Read(t, resp) != "later" {
				t.Error("the body is gone")
			}
			if all := events.Seen(); len(all) != 1 || !all[0].OutOfBudget() {
				t.Errorf("events %+v, want one that says so", all)
			}
		}
	})
}

// Checking and spending are one step: a thousand goroutines get exactly as many retries as there
// are.
func TestBudgetUnderContention(t *testing.T) {
	base := new(tally)
	b := retry.NewBudget(retry.BudgetConfig{Reserve: 50, Window: time.Hour})
	rt := budgeted(b, base)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { calls(t, rt, base, "a.test", 1) })
	}
	wg.Wait()
	// Early retries see fewer than 1000 calls, so the last tokens may remain.
	got, left := int(base.n.Load())-1000, b.Remaining("a.test")
	if got+left != 150 || got > 150 {
		t.Errorf("%d retries and %d left, want 150 together", got, left)
	}
}

// A million hosts, invented by a server that redirects, take no more memory than the bound.
func TestBudgetOfAMillionHosts(t *testing.T) {
	n := 1_000_000
	if !long.Wanted() {
		n = 50_000
	}
	manyHosts(t, n, retry.BudgetConfig{})
	manyHosts(t, n/5, retry.BudgetConfig{Adaptive: true})
}

func manyHosts(t *testing.T, n int, config retry.BudgetConfig) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(config)
		rt := retry.New(retry.Policy{Budget: b}).Wrap(fine{})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/", nil)
		visit := func(i int) {
			req.URL.Host = fmt.Sprintf("h%d.%s.test", i, strings.Repeat("x", (i+5000)%300))
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			finish(resp)
		}
		var before, after runtime.MemStats
		for i := range 5000 {
			visit(-i - 1)
		}
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range n {
			if visit(i); i%10_000 == 0 {
				time.Sleep(time.Second) // idle hosts are dropped
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if d := int64(after.HeapAlloc) - int64(before.HeapAlloc); d > 1<<20 { //nolint:gosec // bytes
			t.Errorf("%d bytes more after %d hosts", d, n)
		}
		if b.Hosts() > 1024 {
			t.Errorf("%d hosts have a budget of their own", b.Hosts())
		}
	})
}

// The hosts beyond the bound share a budget, so none escapes it.
func TestBudgetOfTooManyHostsIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		b := retry.NewBudget(retry.BudgetConfig{Ratio: 1e-9})
		rt := budgeted(b, base)
		for i := range 1024 {
			calls(t, rt, base, fmt.Sprintf("h%d.test", i), 1)
		}
		got := 0
		for i := range 1000 {
			got += calls(t, rt, base, fmt.Sprintf("over%d.test", i), 1)
		}
		if got != 10 {
			t.Errorf("%d retries to 1000 hosts beyond the bound, want 10", got)
		}
		time.Sleep(20 * time.Second)
		if got := calls(t, rt, base, "late.test", 1); got != 3 {
			t.Errorf("after the idle hosts were dropped: %d retries, want 3", got)
		}
		if n := b.Hosts(); n != 1 {
			t.Errorf("%d hosts have a budget of their own, want the last one alone", n)
		}
	})
}

func TestNewBudgetPanicsOnValuesThatMakeNoSense(t *testing.T) {
	for _, c := range []retry.BudgetConfig{{Ratio: -1}, {Reserve: -2}, {Window: -1}, {Window: 1}} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "retry: ") {
					t.Errorf("%+v: recovered %v", c, v)
				}
			}()
			retry.NewBudget(c)
		}()
	}
}

// Some users write the largest number to mean no bound.
func TestAReserveOrARatioOfAnySizeAllowsRetries(t *testing.T) {
	for _, c := range []retry.BudgetConfig{
		{Reserve: math.MaxInt}, {Ratio: math.MaxFloat64}, {Reserve: math.MaxInt, Adaptive: true}, {Ratio: math.MaxFloat64, Adaptive: true}, {Window: math.MaxInt64},
	} {
		synctest.Test(t, func(t *testing.T) {
			base, b := new(tally), retry.NewBudget(c)
			if n := b.Remaining("a.test"); n < 1 && n != -1 {
				t.Errorf("%+v: %d retries remain of a host that is not known yet", c, n)
			}
			if got := calls(t, budgeted(b, base), base, "a.test", 2); got != 6 {
				t.Errorf("%+v: %d retries of 2 calls, want 6", c, got)
			}
			if n := b.Remaining("a.test"); n < 1 && n != -1 {
				t.Errorf("%+v: %d retries remain", c, n)
			}
		})
	}
}
