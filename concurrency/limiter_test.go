package concurrency

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestNeverMoreThanMax(t *testing.T) {
	for _, tt := range []struct {
		name string
		wrap func(http.RoundTripper, *Limiter) http.RoundTripper
		peak int64
	}{
		{"without, the control", func(b http.RoundTripper, _ *Limiter) http.RoundTripper { return b }, 100},
		{"alone", func(b http.RoundTripper, l *Limiter) http.RoundTripper { return l.Wrap(b) }, 5},
		{"twice in a stack", func(b http.RoundTripper, l *Limiter) http.RoundTripper { return l.Wrap(l.Wrap(b)) }, 5},
		{"outside of retry", func(b http.RoundTripper, l *Limiter) http.RoundTripper { return l.Wrap(again().Wrap(b)) }, 5},
		{"inside of retry", func(b http.RoundTripper, l *Limiter) http.RoundTripper { return again().Wrap(l.Wrap(b)) }, 5},
		{"outside of a wait", func(b http.RoundTripper, l *Limiter) http.RoundTripper { return l.Wrap(pausing(time.Second).Wrap(b)) }, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{latency: time.Second}
				l := New(Limit{Max: 5})
				rt := tt.wrap(s, l)
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						if err := get(t.Context(), rt, url); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := s.peak.Load(); got != tt.peak {
					t.Errorf("at most %d at once, want %d", got, tt.peak)
				}
				empty(t, l)
			})
		})
	}
}

func TestAnOverrideHandleHasOneOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		layer, handle := New(Limit{Max: 50}), New(Limit{Max: 5})
		one, two := layer.Wrap(s), New(Limit{Max: 60}).Wrap(layer.Wrap(s)) // two clients, one with two layers
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				ctx := transport.With(t.Context(), handle)
				if err := get(ctx, []http.RoundTripper{one, two}[i%2], url); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := s.peak.Load(); got != 5 {
			t.Errorf("100 calls under a handle of 5: %d at once", got)
		}
		empty(t, handle)
		empty(t, layer)
	})
}

func TestOffAcquiresNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		rt := New(Limit{Max: 1, MaxQueue: NoQueue}).Wrap(s)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if err := get(transport.With(t.Context(), Off), rt, url); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := s.peak.Load(); got != 10 {
			t.Errorf("%d at once, want 10", got)
		}
	})
}

func TestEveryMatchingLimitApplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		l := New(Limit{Max: 8, Scope: transport.ScopeAll}, Limit{Max: 3, URL: "/slow/"}, Limit{Max: 2, Host: "b.test"})
		var slow, b server
		slow.latency, b.latency = time.Second, time.Second
		s.respond = func(req *http.Request) (*http.Response, error) {
			switch {
			case strings.Contains(req.URL.Path, "/slow/"):
				return slow.RoundTrip(req)
			case req.URL.Host == "b.test":
				return b.RoundTrip(req)
			}
			return reply(req, 200, ""), nil
		}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				if err := get(t.Context(), rt, []string{"http://a.test/slow/1", "http://b.test/fast", "http://a.test/fast"}[i%3]); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s.peak.Load() != 8 || slow.peak.Load() != 3 || b.peak.Load() != 2 {
			t.Errorf("at once %d of 8, %d of 3, %d of 2", s.peak.Load(), slow.peak.Load(), b.peak.Load())
		}
		empty(t, l)
	})
}

func TestResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1})
		s := &server{latency: time.Second}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { _ = get(t.Context(), rt, url) })
		}
		synctest.Wait()
		if err := l.Resize(10); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := l.InFlight(); n != 10 {
			t.Errorf("%d at once after Resize(10)", n)
		}
		if err := l.Resize(2); err != nil {
			t.Error(err)
		}
		time.Sleep(1500 * time.Millisecond)
		if n := l.InFlight(); n != 2 {
			t.Errorf("%d at once after Resize(2)", n)
		}
		if got := l.Limits()[0].Max; got != 2 || l.String() != "concurrency: 2 at once per host" {
			t.Errorf("Max %d, %s", got, l)
		}
		wg.Wait()
		if got := s.peak.Load(); got != 10 {
			t.Errorf("peak %d", got)
		}
		empty(t, l)
		over := math.MaxInt32
		over++ // negative where an int has 32 bits
		for _, bad := range [][]int{{}, {0}, {1, 1}, {over}} {
			if l.Resize(bad...) == nil {
				t.Errorf("Resize(%v) has no error", bad)
			}
		}
	})
}

// The handle of an override has one slot, which neither place may take from the other.
func TestAnOverrideAppliesAtOneOfTwoPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		outer, inner, handle := New(Limit{Max: 1, MaxQueue: NoQueue}), New(Limit{Max: 1, MaxQueue: NoQueue}), New(Limit{Max: 1, MaxQueue: NoQueue})
		rt := outer.Wrap(inner.Wrap(s))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wg sync.WaitGroup
		for _, o := range []transport.Override{handle, Off, nil} {
			of := ctx
			if o != nil {
				of = transport.With(ctx, o)
			}
			wg.Go(func() {
				if err := get(of, rt, url); err != nil {
					t.Errorf("%v: %v", o, err)
				}
			})
		}
		wg.Wait()
		if got := s.peak.Load(); got != 3 {
			t.Errorf("%d at once, want 3", got)
		}
	})
}

func TestSlotsAreTheLeastOfTheLimitsThatMatch(t *testing.T) {
	l := New(Limit{Max: 20}, Limit{Max: 5, URL: "/slow/"}, Limit{Max: 9, URL: "/slow/", Scope: transport.ScopeAll}, Limit{Max: 30, Adaptive: &Adaptive{Start: 7}, Host: "b.test"})
	for url, want := range map[string]int{"http://a.test/": 20, "http://a.test/slow/1": 5, "http://b.test/": 7} {
		if got := l.Slots(request(t.Context(), url)); got != want {
			t.Errorf("%s: %d slots, want %d", url, got, want)
		}
	}
	if got := New(Limit{Max: 5, URL: "/slow/"}).Slots(request(t.Context(), url)); got != 0 {
		t.Errorf("%d slots where no limit matches", got)
	}
	// A request outside of a call has no route, so that only Max is known.
	l = New(Limit{Max: 20, Scope: transport.ScopeRoute, Adaptive: &Adaptive{Start: 7}})
	if got := l.Slots(request(t.Context(), url)); got != 20 {
		t.Errorf("%d slots for an unknown route, want 20", got)
	}
	l = New(Limit{Max: 20, Adaptive: &Adaptive{Start: 7}})
	if err := cmp.Or(get(t.Context(), l.Wrap(&server{}), url), l.Resize(5)); err != nil {
		t.Fatal(err)
	}
	for key, url := range map[string]string{"that is known": url, "that is not": "http://unknown.test/"} {
		if got := l.Slots(request(t.Context(), url)); got != 5 {
			t.Errorf("%d slots for a key %s after Max was set to 5", got, key)
		}
	}
}

// What bounds a plan is the narrowest limit that all requests of a host share.
func TestExplainTakesTheNarrowestLimitOfAHost(t *testing.T) {
	key := func(*http.Request) string { return "" }
	for name, tc := range map[string]struct {
		limits []Limit
		before int
		want   int
	}{
		"the narrowest":       {[]Limit{{Max: 20}, {Max: 10}, {Max: 15}}, 0, 10},
		"one outside of it":   {[]Limit{{Max: 20}}, 12, 12},
		"keys and routes":     {[]Limit{{Max: 20}, {Max: 1, Key: key}, {Max: 1, Scope: transport.ScopeRoute}}, 0, 20},
		"one of some URLs":    {[]Limit{{Max: 1, URL: "/slow/"}}, 0, 0},
		"one of streams only": {[]Limit{{Max: 1, Streams: OnlyStreams}}, 0, 0},
	} {
		p := &transport.Plan{Concurrency: tc.before}
		New(tc.limits...).Explain(p)
		if p.Concurrency != tc.want {
			t.Errorf("%s: %d at once, want %d", name, p.Concurrency, tc.want)
		}
	}
}

func TestExplain(t *testing.T) {
	l := New(Limit{Max: 20}, Limit{Max: 5, URL: "/slow/"})
	l.Wrap(&http.Transport{})
	p := &transport.Plan{}
	l.Explain(p)
	if p.Concurrency != 20 || len(p.Notes) != 2 || p.Notes[0] != "concurrency: 20 at once per host" || p.Notes[1] != "concurrency: 5 at once per host for URLs matching /slow/" {
		t.Errorf("plan %+v", p)
	}
	if s := l.String(); s != "concurrency: 20 at once per host, 5 at once per host for URLs matching /slow/" {
		t.Errorf("String %q", s)
	}
	if len(p.Warnings) != 0 {
		t.Errorf("warnings %q: what the transport keeps is for gracy.Explain to say", p.Warnings)
	}
}
