package concurrency

import (
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
		for _, bad := range [][]int{{}, {0}, {1, 1}} {
			if l.Resize(bad...) == nil {
				t.Errorf("Resize(%v) has no error", bad)
			}
		}
	})
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
