package retry_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// succeeding returns a layer that has seen the failures of n requests, over a base that
// succeeds.
func succeeding(tb testing.TB, repeats retry.Repeats, n int) http.RoundTripper {
	tb.Helper()
	fail := true
	r := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget(), Repeats: repeats})
	rt := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		code := http.StatusOK
		if fail {
			code = http.StatusServiceUnavailable
		}
		return &http.Response{StatusCode: code, Body: http.NoBody, Request: req}, nil
	}))
	for i := range n {
		req := request(tb, context.Background(), http.MethodGet, nil)
		req.URL.Path = fmt.Sprint("/", i)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			tb.Fatal(err)
		}
		finish(resp)
	}
	fail = false
	return rt
}

// usual is a request with the headers that an SDK sends.
func usual(tb testing.TB) *http.Request {
	tb.Helper()
	req := request(tb, context.Background(), http.MethodGet, nil)
	req.URL.RawQuery = "page=1&limit=100"
	for name, v := range map[string]string{
		"Accept": "application/json", "Authorization": "Bearer 0123456789abcdef", "Content-Type": "application/json; charset=utf-8",
		"User-Agent": "OpenAI/Go 3.99.0", "X-Stainless-Arch": "x64", "X-Stainless-Lang": "go", "X-Stainless-Os": "Linux",
		"X-Stainless-Package-Version": "3.99.0", "X-Stainless-Retry-Count": "0", "X-Request-Id": "7c9e",
	} {
		req.Header.Set(name, v)
	}
	return req
}

// A success costs no further allocation, whether or not something has failed recently.
func TestTheDetectorOfRepeatsAllocatesNothingOnSuccess(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	count := func(repeats retry.Repeats, failures int) float64 {
		rt, req := succeeding(t, repeats, failures), usual(t)
		return testing.AllocsPerRun(500, func() {
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			finish(resp)
		})
	}
	want := count(retry.IgnoreRepeats, 0)
	for _, repeats := range []retry.Repeats{retry.YieldToRepeats, retry.RejectRepeats} {
		for _, failures := range []int{0, 1, 1000} {
			if got := count(repeats, failures); got != want {
				t.Errorf("%v, %d failures: %v allocations, want %v", repeats, failures, got, want)
			}
		}
	}
}

// If nothing has failed recently, the detector takes less than half the time of reading the clock,
// which is about 50 ns. The control is a detector that has something to compare.
func TestTheDetectorOfRepeatsIsFastWhereNothingHasFailed(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector has costs of its own")
	}
	idle, busy, req := retry.New(retry.Policy{}), retry.New(retry.Policy{Delay: retry.NoDelay}), usual(t)
	get(t, context.Background(), busy.Wrap(rttest.Respond(http.StatusServiceUnavailable, "")), &script{}, nil)
	var at time.Time
	clock := fastest(func() { at = time.Now() })
	quiet := fastest(func() { idle.WatchSuccess(req) })
	control := fastest(func() { busy.WatchSuccess(req) })
	t.Logf("%.1f ns, with a failure %.0f ns, time.Now %.1f ns at %v", quiet, control, clock, at.IsZero())
	if quiet > clock/2 || control < clock/2 {
		t.Errorf("%.1f ns, with a failure %.0f ns, where time.Now takes %.1f ns", quiet, control, clock)
	}
}

// fastest returns the time of the fastest of many runs of f, in ns, since other work of the machine
// can only slow it down.
func fastest(f func()) float64 {
	const runs, times = 200, 200
	best := time.Duration(math.MaxInt64)
	for range runs {
		start := time.Now()
		for range times {
			f()
		}
		best = min(best, time.Since(start))
	}
	return float64(best) / times
}

// What the detector adds to a call that succeeds: nothing if nothing has failed recently, otherwise
// the hashes of the request.
func BenchmarkDetectorOfRepeats(b *testing.B) {
	for name, c := range map[string]struct {
		repeats  retry.Repeats
		failures int
	}{
		"off":                {retry.IgnoreRepeats, 0},
		"no failures":        {retry.YieldToRepeats, 0},
		"failures of others": {retry.YieldToRepeats, 1000},
	} {
		b.Run(name, func(b *testing.B) {
			rt, req := succeeding(b, c.repeats, c.failures), usual(b)
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				finish(resp)
			}
		})
	}
}

// The detector alone, without the call around it.
func BenchmarkWatch(b *testing.B) {
	for name, failures := range map[string]int{"no failures": 0, "failures of others": 1000} {
		b.Run(name, func(b *testing.B) {
			r, req := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}), usual(b)
			rt := r.Wrap(rttest.Respond(http.StatusServiceUnavailable, ""))
			for i := range failures {
				get(b, context.Background(), rt, &script{}, to(fmt.Sprint("/", i)))
			}
			b.ReportAllocs()
			for b.Loop() {
				r.WatchSuccess(req)
			}
		})
	}
}
