package concurrency

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestScopes(t *testing.T) {
	const a, b, other = "http://a.test/x/1", "http://b.test/x/1", "http://a.test/y/1"
	tenant := func(r *http.Request) string { return r.Header.Get("Tenant") }
	for _, tt := range []struct {
		limit Limit
		urls  []string
		peak  int64
	}{
		{Limit{Max: 1}, []string{a, a}, 1},
		{Limit{Max: 1}, []string{a, b}, 2},
		{Limit{Max: 1}, []string{a, "http://A.test/z"}, 1},
		{Limit{Max: 1, Scope: transport.ScopeAll}, []string{a, b}, 1},
		{Limit{Max: 1, Scope: transport.ScopeRoute}, []string{a, other}, 2},
		{Limit{Max: 1, Scope: transport.ScopeRoute}, []string{a, "http://a.test/x/2"}, 1},
		{Limit{Max: 1, Scope: transport.ScopeRoute}, []string{a, b}, 2},
		{Limit{Max: 1, Scope: transport.ScopeRoute}, []string{a, "POST " + a}, 2},
		{Limit{Max: 1, Key: tenant}, []string{a, b}, 1},
		{Limit{Max: 1, URL: "/x/"}, []string{a, other}, 2},
		{Limit{Max: 1, Route: "GET /x/{id}", Scope: transport.ScopeAll}, []string{a, b}, 1},
		{Limit{Max: 1, Method: "POST"}, []string{a, a}, 2},
		{Limit{Max: 1, Host: "b.test"}, []string{a, a}, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{latency: time.Second}
			rt := transport.Routes("/x/{id}", "/y/{id}").Wrap(New(tt.limit).Wrap(s))
			var wg sync.WaitGroup
			for _, u := range tt.urls {
				method, path, ok := strings.Cut(u, " ")
				if !ok {
					method, path = http.MethodGet, u
				}
				wg.Go(func() {
					if err := ask(t.Context(), rt, method, path); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := s.peak.Load(); got != tt.peak {
				t.Errorf("%s, %v: %d at once, want %d", tt.limit, tt.urls, got, tt.peak)
			}
		})
	}
}

func TestARejectionSaysWhoseSlotsTheyAre(t *testing.T) {
	for scope, want := range map[transport.Scope]string{
		transport.ScopeHost: "a.test", transport.ScopeRoute: "GET /x/{id} of a.test", transport.ScopeAll: "",
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Limit{Max: 1, Scope: scope, MaxQueue: NoQueue})
			rt := transport.Routes("/x/{id}").Wrap(l.Wrap(&server{latency: time.Second}))
			go func() { _ = get(t.Context(), rt, "http://a.test/x/1") }()
			synctest.Wait()
			err := get(t.Context(), rt, "http://a.test/x/2")
			if e, ok := errors.AsType[*Error](err); !ok || e.Key != want {
				t.Errorf("per %s: %v, want the key %q", scope, err, want)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			l.limits[0].each(func(s *semaphore) {
				if st := s.state.Load(); st != 0 { // or it would never be forgotten
					t.Errorf("per %s: state %x at the end", scope, st)
				}
			})
		})
	}
}

func TestKeysAreForgotten(t *testing.T) {
	l := New(Limit{Max: 1, Key: func(r *http.Request) string { return r.URL.Path }})
	rt := l.Wrap(&server{})
	for i := range 3 * maxKeys {
		if err := get(t.Context(), rt, fmt.Sprintf("http://api.test/%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := l.limits[0].sems.Len(); n > maxKeys {
		t.Errorf("%d keys kept, want at most %d", n, maxKeys)
	}
	empty(t, l)
}

func TestKeysInUseAreKept(t *testing.T) {
	l := New(Limit{Max: 1, Key: func(r *http.Request) string { return r.URL.Path }})
	rt := l.Wrap(&server{})
	var open []*http.Response
	for i := range maxKeys + 1 {
		resp, err := rt.RoundTrip(request(t.Context(), fmt.Sprintf("http://api.test/%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, resp)
	}
	if n := l.limits[0].sems.Len(); n != maxKeys || l.InFlight() != maxKeys+1 {
		t.Errorf("%d keys, %d slots", n, l.InFlight())
	}
	for _, r := range open {
		_ = r.Body.Close()
	}
	empty(t, l)
}

// An attempt that has suspended its slot still refers to its semaphore, which meanwhile was evicted
// and whose key has come back.
func TestEvictedWhileSuspended(t *testing.T) {
	for name, back := range map[string][]string{
		"and the key came back":               {url},
		"and the key came after another one":  {"http://other.test/", url},
		"and no request came":                 nil,
		"and another key came, but not again": {"http://other.test/"},
	} {
		for limits := range 2 {
			synctest.Test(t, func(t *testing.T) {
				l := New([]Limit{{Max: 1}, {Max: 9}}[:limits+1]...)
				s := &server{latency: time.Second}
				rt := l.Wrap(pausing(time.Minute).Wrap(s))
				var wg sync.WaitGroup
				wg.Go(func() { _ = get(t.Context(), rt, url) })
				time.Sleep(time.Minute - time.Second/2)
				for _, lim := range l.limits {
					lim.mu.Lock()
					for s := range lim.sems.All() {
						if s.idle() {
							lim.sems.Delete(s.key)
						}
					}
					n := lim.sems.Len()
					lim.mu.Unlock()
					if n != 0 {
						t.Fatalf("%d keys left", n)
					}
				}
				others := &server{latency: time.Millisecond}
				for _, u := range back {
					to := others
					if u == url {
						to = s
					}
					wg.Go(func() { _ = get(t.Context(), l.Wrap(to), u) })
					synctest.Wait()
				}
				wg.Wait()
				if s.peak.Load() != 1 {
					t.Errorf("%s, %d limits: %d at once, want 1", name, limits+1, s.peak.Load())
				}
				empty(t, l)
			})
		}
	}
}

// A map whose keys are all in use is not searched for each further request.
func TestAFullMapIsLookedThroughNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1}).limits[0]
		for i := range maxKeys {
			l.find(key{own: uint64(i + 1)}).try(1)
		}
		rest := func() *semaphore { s, _ := l.sems.Rest(); return s }
		if s := l.find(key{own: maxKeys + 1}); s != rest() {
			t.Fatal("a key too many has slots of its own")
		}
		first, _ := l.sems.Get(key{own: 1})
		first.free(1)
		if s := l.find(key{own: maxKeys + 2}); s != rest() {
			t.Error("the map was looked through again at once")
		}
		time.Sleep(sweepEvery)
		if s := l.find(key{own: maxKeys + 3}); s == rest() {
			t.Error("the key that is free was not forgotten")
		}
	})
}
