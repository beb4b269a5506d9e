package exact

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/httplimit"
	"github.com/sethvargo/go-limiter/memorystore"
)

// Burst for a key that is not known yet is a burst, not a higher limit.
func TestNewStoreBurstIsOnce(t *testing.T) {
	const limit, burst, per = 5, 10, 10 * time.Millisecond
	twice := func(s limiter.Store) (first, second int) {
		if err := s.Burst(t.Context(), "unknown", burst); err != nil {
			t.Error(err)
		}
		var next uint64
		drain := func() (n int) {
			for n < 10*(limit+burst) {
				_, _, reset, ok, err := s.Take(t.Context(), "unknown")
				if err != nil {
					t.Fatal(err)
				}
				if next = reset; !ok {
					break
				}
				n++
			}
			return n
		}
		first = drain()
		time.Sleep(time.Until(time.Unix(0, int64(next))) + per/2)
		return first, drain()
	}
	synctest.Test(t, func(*testing.T) {
		if first, second := twice(NewStore(limit, per)); first != limit+burst || second != limit {
			t.Errorf("%d, and %d after the window, want %d and %d", first, second, limit+burst, limit)
		}
	})
	// The control, by the real clock.
	memory, err := memorystore.New(&memorystore.Config{Tokens: limit, Interval: per, DisablePurge: true})
	if err != nil {
		t.Fatal(err)
	}
	if first, second := twice(memory); first < limit+burst || second <= limit {
		t.Errorf("memorystore: %d, and %d after the tick: the control does not show a raised limit", first, second)
	}
}

// checkThenAct is a store that checks before it counts, in two steps.
type checkThenAct struct {
	limiter.Store
	limit int64
	used  atomic.Int64
}

func (c *checkThenAct) Take(context.Context, string) (tokens, remaining, reset uint64, ok bool, err error) {
	if c.used.Load() >= c.limit {
		return 0, 0, 0, false, nil
	}
	time.Sleep(time.Nanosecond) // others look meanwhile
	return 0, uint64(max(c.limit-c.used.Add(1), 0)), 0, true, nil
}

// As in go-limiter's TestStore_Take: of twice as many concurrent takes as there are tokens, half
// are admitted, and each gets a different remainder.
func TestNewStoreTakenByManyAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		store func(limit int, per time.Duration) limiter.Store
		exact bool
	}{
		"ours":                  {NewStore, true},
		"unlocked, the control": {func(limit int, _ time.Duration) limiter.Store { return &checkThenAct{limit: int64(limit)} }, false},
	} {
		for limit, per := range map[int]time.Duration{5: 500 * time.Millisecond, 10: time.Second, 1000: time.Hour} {
			t.Run(name+", "+strconv.Itoa(limit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := tt.store(limit, per)
					left := make([]int, limit) // how many got it
					var admitted, rejected, wrong atomic.Int64
					var mu sync.Mutex
					var wg sync.WaitGroup
					begin := make(chan struct{})
					for range 2 * limit {
						wg.Go(func() {
							<-begin
							tokens, remaining, reset, ok, err := s.Take(t.Context(), "key")
							if tokens != uint64(limit) || time.Until(time.Unix(0, int64(reset))) != per || err != nil || !ok && remaining != 0 {
								wrong.Add(1)
							}
							if !ok {
								rejected.Add(1)
								return
							}
							admitted.Add(1)
							mu.Lock()
							left[remaining]++
							mu.Unlock()
						})
					}
					synctest.Wait()
					close(begin)
					wg.Wait()
					apart := !slices.ContainsFunc(left, func(n int) bool { return n != 1 })
					if got := int(admitted.Load()) == limit && int(rejected.Load()) == limit && apart; got != tt.exact {
						t.Errorf("%d admitted, %d rejected, each with another remainder: %v", admitted.Load(), rejected.Load(), apart)
					}
					if tt.exact && wrong.Load() != 0 {
						t.Errorf("%d wrong replies", wrong.Load())
					}
					time.Sleep(per)
					if _, _, _, ok, err := s.Take(t.Context(), "key"); tt.exact && (!ok || err != nil) {
						t.Errorf("after the window: %v, %v", ok, err)
					}
				})
			})
		}
	}
}

// As in go-limiter's TestStore_Exercise, for its own store too.
func TestNewStoreIsAStoreAsTheirs(t *testing.T) {
	memory, err := memorystore.New(&memorystore.Config{Tokens: 5, Interval: 3 * time.Hour, DisablePurge: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]limiter.Store{"memorystore": memory, "ours": NewStore(5, 3*time.Hour)} {
		ctx := t.Context()
		get := func(tokens, left uint64) {
			t.Helper()
			if gotTokens, gotLeft, err := s.Get(ctx, "key"); gotTokens != tokens || gotLeft != left || err != nil {
				t.Errorf("%s: Get %d, %d, %v, want %d, %d", name, gotTokens, gotLeft, err, tokens, left)
			}
		}
		take := func(tokens, left uint64, within time.Duration) {
			t.Helper()
			gotTokens, gotLeft, reset, ok, err := s.Take(ctx, "key")
			if d := time.Until(time.Unix(0, int64(reset))); gotTokens != tokens || gotLeft != left || !ok || err != nil || d > within || d <= 0 {
				t.Errorf("%s: Take %d, %d, %v, %v, %v, want %d, %d", name, gotTokens, gotLeft, d, ok, err, tokens, left)
			}
		}
		get(0, 0)
		take(5, 4, 3*time.Hour)
		get(5, 4)
		if err := s.Set(ctx, "key", 11, 5*time.Hour); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		get(11, 11)
		take(11, 10, 5*time.Hour)
		get(11, 10)
		if err := s.Burst(ctx, "key", 5); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		take(11, 14, 5*time.Hour)
		get(11, 14)
		if err := s.Close(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, _, ok, err := s.Take(ctx, "key"); ok || !errors.Is(err, limiter.ErrStopped) {
			t.Errorf("%s: after Close: %v, %v", name, ok, err)
		}
	}
}

func TestNewStoreInTheirMiddleware(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := httplimit.NewMiddleware(NewStore(2, time.Minute), httplimit.IPKeyFunc())
		if err != nil {
			t.Fatal(err)
		}
		served := 0
		h := m.Handle(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
		const ( // a bubble begins with the year 2000
			minute = "Sat, 01 Jan 2000 00:01:00 UTC"
			half   = "Sat, 01 Jan 2000 00:01:30 UTC"
			two    = "Sat, 01 Jan 2000 00:02:00 UTC"
		)
		for i, tt := range []struct {
			wait        time.Duration
			from        string
			status      int
			left, reset string
			after       string
		}{
			{0, "192.0.2.1:1", 200, "1", minute, ""},
			{30 * time.Second, "192.0.2.1:2", 200, "0", half, ""},
			{0, "192.0.2.1:3", 429, "0", minute, minute},
			{0, "192.0.2.2:1", 200, "1", half, ""}, // another address
			{30*time.Second - 1, "192.0.2.1:4", 429, "0", minute, minute},
			{1, "192.0.2.1:5", 200, "0", two, ""}, // one has left the window, the other not
			{0, "192.0.2.1:6", 429, "0", half, half},
		} {
			time.Sleep(tt.wait)
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			req.RemoteAddr = tt.from
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			want := [...]string{"2", tt.left, tt.reset, tt.after}
			got := [...]string{
				w.Header().Get(httplimit.HeaderRateLimitLimit), w.Header().Get(httplimit.HeaderRateLimitRemaining),
				w.Header().Get(httplimit.HeaderRateLimitReset), w.Header().Get(httplimit.HeaderRetryAfter),
			}
			if w.Code != tt.status || got != want {
				t.Errorf("request %d: %d, %q, want %d, %q", i, w.Code, got, tt.status, want)
			}
		}
		if served != 4 {
			t.Errorf("%d served", served)
		}
	})
}
