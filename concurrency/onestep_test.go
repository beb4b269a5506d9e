package concurrency

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// keyed returns a limit of max slots for the requests whose path has the letter.
func keyed(max int, letter string) Limit {
	return Limit{Max: max, Scope: transport.ScopeAll, URL: "/[a-z]*" + letter + "[a-z]*$"}
}

// A request that waits for the slots of one limit holds none of another: those are
// there for others meanwhile.
func TestASlotIsNotHeldWhileAnotherIsWaitedFor(t *testing.T) {
	for _, tt := range []struct {
		name string
		busy string // whose slots are all in use
		free string // whose are not
	}{
		{"the wide limit is full", "http://other.test/b", "http://api.test/a"},
		{"the narrow limit is full", "http://api.test/a", "http://other.test/b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{latency: time.Hour}
				l := New(keyed(1, "a"), keyed(1, "b"))
				rt := l.Wrap(s)
				var wg sync.WaitGroup
				defer wg.Wait()
				wg.Go(func() { _ = get(t.Context(), rt, tt.busy) })
				synctest.Wait()
				wg.Go(func() { _ = get(t.Context(), rt, "http://both.test/ab") })
				synctest.Wait()
				if n := l.InFlight(); n != 1 || l.Waiting() != 1 {
					t.Errorf("%d slots in use, %d waiting, want 1 and 1", n, l.Waiting())
				}
				wg.Go(func() { _ = get(t.Context(), rt, tt.free) })
				synctest.Wait()
				if got := s.sent.Load(); got != 2 {
					t.Errorf("%d requests were sent, want 2: a free slot is held by a request that cannot go", got)
				}
			})
		})
	}
}

// A request that needs two limits goes in the end, although both are never free at
// the same moment by themselves: streams of requests keep each of them busy.
func TestARequestThatNeedsTwoLimitsIsNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Second}
		l := New(keyed(1, "a"), keyed(1, "b"))
		rt := l.Wrap(s)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i, path := range []string{"/a", "/a", "/b", "/b"} {
			wg.Go(func() {
				time.Sleep(time.Duration(i/2) * time.Second / 2) // the streams are half a second apart
				for ctx.Err() == nil {
					_ = get(t.Context(), rt, "http://api.test"+path)
				}
			})
		}
		time.Sleep(10 * time.Second)
		start := time.Now()
		if err := get(t.Context(), rt, "http://api.test/ab"); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("it took %s with one request before it in each stream", d)
		}
		stop()
		wg.Wait()
		empty(t, l)
	})
}

// Random sets of limits, weights, cancels and resizes: no limit is ever exceeded,
// every request ends, and all slots come back. The control without a limit breaks
// the bound.
func TestRandomSetsOfLimits(t *testing.T) {
	letters := []string{"a", "b", "c", "d"}
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	for _, control := range []bool{false, true} {
		var above, fine, gaveUp atomic.Int64
		for seed := range uint64(rounds) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // no secret
				var limits []Limit
				most := make([]int64, len(letters))
				now := make([]atomic.Int64, len(letters))
				for i, letter := range letters {
					most[i] = 1 + r.Int64N(3)
					k := keyed(int(most[i]), letter)
					if control && i == 0 {
						k.Max = 100
					}
					limits = append(limits, k)
				}
				l := New(limits...)
				base := &server{latency: 10 * time.Millisecond, answer: func(req *http.Request) (*http.Response, error) {
					return reply(req, http.StatusOK, ""), nil
				}}
				count := roundTripper(func(req *http.Request) (*http.Response, error) {
					for i, letter := range letters {
						if slices.Contains([]byte(req.URL.Path), letter[0]) {
							if now[i].Add(1) > most[i] {
								above.Add(1)
							}
							defer now[i].Add(-1)
						}
					}
					return base.RoundTrip(req)
				})
				rt := l.Wrap(count)
				var wg sync.WaitGroup
				for range 60 {
					path := "/"
					for _, letter := range letters {
						if r.IntN(2) == 0 {
							path += letter
						}
					}
					after, patience := time.Duration(r.IntN(200))*time.Millisecond, time.Duration(1+r.IntN(2000))*time.Millisecond
					wg.Go(func() {
						time.Sleep(after)
						ctx, cancel := context.WithTimeout(t.Context(), patience)
						defer cancel()
						if err := get(ctx, rt, "http://api.test"+path); err != nil {
							gaveUp.Add(1)
						} else {
							fine.Add(1)
						}
					})
				}
				wg.Wait()
				empty(t, l)
				if n := len(l.queue.lines); n != 0 || l.queue.delayed.Len() != 0 {
					t.Errorf("%d lines and %d delayed are left", n, l.queue.delayed.Len())
				}
			})
		}
		if fine.Load() == 0 || gaveUp.Load() == 0 && !testing.Short() {
			t.Errorf("control %v: %d fine, %d gave up: the test no longer reaches both", control, fine.Load(), gaveUp.Load())
		}
		if got := above.Load() > 0; got != control {
			t.Errorf("control %v: %d above a limit", control, above.Load())
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
