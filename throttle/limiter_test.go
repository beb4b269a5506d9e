package throttle

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// flood makes n concurrent calls and returns when all are over.
func flood(t *testing.T, rt http.RoundTripper, path string, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if _, err := get(t.Context(), rt, path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestRequestsGoAsSoonAsTheWindowAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 10, Per: 90 * time.Second, URL: "/pokemon/", Margin: NoMargin})
		rt := l.Wrap(s)
		start := time.Now()
		flood(t, rt, "/pokemon/1", 35)
		var got []time.Duration
		for _, at := range s.times("/") {
			got = append(got, at.Sub(start))
		}
		for i, d := range got {
			if want := time.Duration(i/10) * 90 * time.Second; d != want {
				t.Errorf("request %d after %v, want %v", i, d, want)
			}
		}
		if d := took(func() { flood(t, rt, "/berry/1", 100) }); d != 0 {
			t.Errorf("what no rule is about waited %v", d)
		}
		quiet(t, l)
	})
}

// A caller waits not for a whole window, but until the oldest send expires.
func TestASteadyCallerGetsTheWholeRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		rt := New(Rule{Limit: 10, Margin: NoMargin}).Wrap(s)
		d := took(func() {
			for range 101 {
				if _, err := get(t.Context(), rt, "/"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(80 * time.Millisecond) // offers 12.5 a second
			}
		})
		if d > 10200*time.Millisecond || storetest.Worst(s.times("/"), time.Second) != 10 {
			t.Errorf("101 requests in %v, worst second %d", d, storetest.Worst(s.times("/"), time.Second))
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Hour})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 1)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := get(t.Context(), rt, "/"); !errors.Is(err, ErrClosed) || !errors.Is(err, verdict.ErrRejected) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if _, err := get(t.Context(), rt, "/"); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		quiet(t, l)
	})
}

func TestOverrides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 1, Per: time.Hour})
		own := New(Rule{Limit: 2, Margin: NoMargin})
		one, two := l.Wrap(s), New(Rule{Limit: 1, Per: time.Hour}).Wrap(l.Wrap(s))
		if d := took(func() {
			for range 10 {
				if _, err := get(transport.With(t.Context(), Off), one, "/"); err != nil {
					t.Error(err)
				}
			}
		}); d != 0 {
			t.Errorf("Off waited %v", d)
		}
		if d := took(func() {
			for i := range 6 {
				if _, err := get(transport.With(t.Context(), own), []http.RoundTripper{one, two}[i%2], "/"); err != nil {
					t.Error(err)
				}
			}
		}); d != 2*time.Second {
			t.Errorf("six requests of two clients under a handle of 2/s took %v, want 2s", d)
		}
		if d := took(func() { flood(t, one, "/", 1) }); d != 0 {
			t.Errorf("overridden calls used the layer's quota: waited %v", d)
		}
	})
}

func TestTheSameLimiterTwiceCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 2, Margin: NoMargin})
		rt := l.Wrap(l.Wrap(&server{}))
		if d := took(func() { flood(t, rt, "/", 2) }); d != 0 {
			t.Errorf("two requests took %v", d)
		}
	})
}

func TestExplain(t *testing.T) {
	p := &transport.Plan{}
	l := New(MustRate("10/90s"), Rule{Limit: 5, Mode: Bucket})
	if l.Explain(p); len(p.Notes) != 3 || p.Notes[0] != "throttle: 10 requests per 90 seconds" || p.Notes[1] != "throttle: 5 requests per second (bucket)" {
		t.Errorf("notes %q", p.Notes)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "up to 9 in one window") {
		t.Errorf("warnings %q", p.Warnings)
	}
	for want, pause := range map[string]Pause{
		"throttle: pauses are reported but hold back nothing (DryRun)": {DryRun: true},
		"throttle: a pause lasts at most 1m30s, scope route":           {Scope: transport.ScopeRoute},
		"": {Max: NoPause},
	} {
		p := &transport.Plan{}
		NewLimiter(Config{Pause: pause}).Explain(p)
		if got := strings.Join(p.Notes[1:], "; "); got != want {
			t.Errorf("notes %q, want %q", p.Notes, want)
		}
	}
	if s := l.String(); s != "throttle: 10 requests per 90 seconds, 5 requests per second (bucket)" {
		t.Errorf("String %q", s)
	}
	if s := New().String(); s != "throttle: pauses only" {
		t.Errorf("String %q", s)
	}
}

// A cost that a store never has at once would be gathered forever.
func TestCostAboveTheLimitOfAStore(t *testing.T) {
	for _, mode := range []Mode{Window, Bucket} {
		for cost, rejected := range map[int]bool{4: false, 5: true} {
			synctest.Test(t, func(t *testing.T) {
				l := New(Rule{
					Limit: 10, Mode: mode, Margin: NoMargin, Store: &storetest.FixedWindow{Limit: 4, Per: time.Second},
					Cost: func(*http.Request) int { return cost },
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				_, err := get(ctx, l.Wrap(&server{}), "/")
				if rejected && !errors.Is(err, ErrCost) || !rejected && err != nil {
					t.Errorf("%s, cost %d of a store of 4: %v", mode, cost, err)
				}
				quiet(t, l)
			})
		}
	}
}

// Close comes while one request reacquires its slot and another asks a slow store: neither is sent.
func TestCloseWhileNotWaitingHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counted{Store: &storetest.FixedWindow{Limit: 100, Per: time.Second}, slow: 10 * time.Second}
		l := New(Rule{URL: "/rule", Limit: 1, Margin: NoMargin}, Rule{URL: "/store", Limit: 100, Store: store, Margin: NoMargin})
		slots := concurrency.New(concurrency.Limit{Max: 1, URL: "/rule"})
		s := &server{latency: func(req *http.Request) time.Duration {
			if req.URL.Path == "/rule/long" {
				return time.Minute
			}
			return 0
		}}
		rt := slots.Wrap(l.Wrap(s))
		var wg sync.WaitGroup
		rejected := func(path string) {
			if _, err := get(t.Context(), rt, path); !errors.Is(err, ErrClosed) || !errors.Is(err, verdict.ErrRejected) {
				t.Errorf("%s: %v", path, err)
			}
		}
		if _, err := get(t.Context(), rt, "/rule"); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() { rejected("/rule") }) // suspends its slot
		synctest.Wait()
		wg.Go(func() { // and this one takes it
			_, _ = get(transport.With(t.Context(), Off), slots.Wrap(s), "/rule/long")
		})
		time.Sleep(2 * time.Second) // by now granted
		wg.Go(func() { rejected("/store") })
		synctest.Wait()
		_ = l.Close()
		wg.Wait()
		if n := len(s.times("/")) - 2; n != 0 {
			t.Errorf("%d sent after Close", n)
		}
		quiet(t, l)
	})
}
