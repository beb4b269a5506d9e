package throttle

import (
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
)

// tenant returns the first part of the path.
func tenant(req *http.Request) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	return name
}

// However many wait for what a newcomer does not need, it leaves immediately.
func TestManyThatWaitHoldNoOthersBack(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: thousands of waiters")
	}
	n := 500
	if long.Wanted() {
		n = 1000
	}
	for name, shared := range map[string]Rule{
		"a wide rule":               {Limit: 5000, Margin: NoMargin},
		"a scarce rule":             {Limit: 20, Margin: NoMargin},
		"a rule until the response": {Limit: 20, Margin: NoMargin, Mode: UntilResponse},
		"an unlimited one":          {Limit: 1, Margin: NoMargin, Mode: Unlimited},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(shared, Rule{Limit: 1, Per: time.Hour, Key: tenant, Margin: NoMargin})
				rt := l.Wrap(&server{})
				var wg sync.WaitGroup
				for i := range n { // a class and a head each
					path := fmt.Sprintf("/tenant%d", i)
					if _, err := get(t.Context(), rt, path); err != nil {
						t.Fatal(err)
					}
					wg.Go(func() { _, _ = get(t.Context(), rt, path) })
					if i%20 == 19 {
						time.Sleep(time.Second)
					}
				}
				time.Sleep(time.Minute)
				if wait := l.Waiting(); wait != n {
					t.Fatalf("%d wait, want %d", wait, n)
				}
				scans := state(l).Scans
				if d := took(func() { _, _ = get(t.Context(), rt, "/newcomer") }); d != 0 {
					t.Errorf("the newcomer waited %v", d)
				}
				if name == "a wide rule" && state(l).Scans != scans {
					t.Error("it looked at all that wait")
				}
				_ = l.Close()
				wg.Wait()
			})
		})
	}
}

// If the older ones can leave soon, what they need is reserved for them.
func TestWhatOlderOnesNeedSoonIsKeptForThem(t *testing.T) {
	for name, cost := range map[string]int{"it would delay them": 2, "there is enough": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// One of three is left, and comes with the two others after half a second.
				l := New(
					Rule{URL: "/", Limit: 4, Per: 10 * time.Second, Margin: NoMargin, Cost: costOf},
					Rule{URL: "/slow", Limit: 1, Per: time.Second, Margin: NoMargin},
				)
				s := &server{}
				rt := l.Wrap(s)
				if _, err := get(t.Context(), rt, "/slow"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(500 * time.Millisecond)
				start := time.Now()
				var wg sync.WaitGroup
				wg.Go(func() { _, _ = get(t.Context(), rt, "/slow$") }) // needs two of the three in half a second
				synctest.Wait()
				wg.Go(func() { _, _ = get(t.Context(), rt, "/"+strings.Repeat("$", cost-1)) })
				wg.Wait()
				slow, other := s.times("/slow$")[0].Sub(start), time.Duration(0)
				for _, x := range s.sends {
					if !strings.HasPrefix(x.path, "/slow") {
						other = x.at.Sub(start)
					}
				}
				if slow != 500*time.Millisecond {
					t.Errorf("the older one waited %v", slow)
				}
				if free := other == 0; free != (cost == 1) {
					t.Errorf("the younger one of cost %d waited %v", cost, other)
				}
			})
		})
	}
}

func BenchmarkBehindManyHeads(b *testing.B) {
	// The cost of a call that needs nothing that others wait for.
	for _, heads := range []int{0, 100, 1000, 5000} {
		b.Run(strconv.Itoa(heads), func(b *testing.B) {
			l := New(Rule{Limit: 1e9, Margin: NoMargin}, Rule{Limit: 1, Per: time.Hour, Key: tenant, Margin: NoMargin, URL: "tenant"})
			rt := l.Wrap(rttest.Fixed())
			var wg sync.WaitGroup
			for i := range heads {
				path := fmt.Sprintf("/tenant%d", i)
				_, _ = get(b.Context(), rt, path)
				wg.Go(func() { _, _ = get(b.Context(), rt, path) })
			}
			for l.Waiting() < heads {
				runtime.Gosched()
			}
			for b.Loop() {
				_, _ = get(b.Context(), rt, "/other")
			}
			_ = l.Close()
			wg.Wait()
		})
	}
}

// An older request waits for a response, a younger one for the clock.
func TestTimeAloneLetsTheYoungerOneGo(t *testing.T) {
	for name, rule := range map[string]Rule{
		"window": {URL: "/B", Limit: 3, Per: 10 * time.Second, Margin: NoMargin},
		"paced":  {URL: "/B", Limit: 3, Per: 10 * time.Second, Margin: NoMargin, Mode: Paced, Burst: 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{latency: func(req *http.Request) time.Duration {
					if req.URL.Path == "/A" {
						return time.Hour
					}
					return 0
				}}
				l := New(Rule{URL: "A", Limit: 1, Mode: UntilResponse, Margin: NoMargin}, rule)
				rt := l.Wrap(s)
				start := time.Now()
				var wg sync.WaitGroup
				call := func(path string, within time.Duration) {
					wg.Go(func() {
						_, err := get(t.Context(), rt, path)
						if d := time.Since(start); err != nil || d > within {
							t.Errorf("%s after %v, %v; want within %v", path, d, err, within)
						}
					})
					synctest.Wait()
				}
				call("/A", time.Hour)
				flood(t, rt, "/B", 2)
				call("/BA", 2*time.Hour)
				call("/B", 11*time.Second) // one of three is kept for the one before
				wg.Wait()
				quiet(t, l)
			})
		})
	}
}
