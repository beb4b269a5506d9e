package concurrency

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// Who waits for the slots of a busy host must not hold those that are for all.
func TestWhoWaitsForAHostHoldsNothingOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 5, Scope: transport.ScopeAll, Method: http.MethodGet}, Limit{Max: 10})
		s := &server{latency: time.Hour}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				req := request(t.Context(), "http://busy.test/")
				req.Method = http.MethodPost
				if resp, err := rt.RoundTrip(req); err == nil {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		for range 5 {
			wg.Go(func() { _ = get(t.Context(), rt, "http://busy.test/") })
		}
		synctest.Wait()
		before := s.sent.Load()
		wg.Go(func() { _ = get(t.Context(), rt, "http://free.test/") })
		synctest.Wait()
		if s.sent.Load() != before+1 {
			t.Error("a request to another host waits for them")
		}
		wg.Wait()
		empty(t, l)
	})
}

// The order in which slots are taken is one for all.
func TestTheNarrowestSlotsAreTakenFirst(t *testing.T) {
	l := New(
		Limit{Max: 9, Scope: transport.ScopeAll}, Limit{Max: 8, Scope: transport.ScopeAll}, Limit{Max: 50}, Limit{Max: 70, Scope: transport.ScopeRoute},
		Limit{Max: 60, Key: func(*http.Request) string { return "" }},
	)
	var got []int
	for _, limit := range l.order {
		got = append(got, limit.Max)
	}
	for i, want := range []int{60, 70, 50, 8, 9} {
		if got[i] != want {
			t.Fatalf("order %v", got)
		}
	}
}

// A map whose keys are all in use is not looked through for each further request.
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
