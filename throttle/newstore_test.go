package throttle

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
	"unsafe"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/httplimit"
	"github.com/sethvargo/go-limiter/memorystore"
)

func TestNewStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s := NewStore(5, time.Second)
		start := time.Now()
		for i := range 7 {
			tokens, left, reset, ok, err := s.Take(ctx, "a")
			if tokens != 5 || left != uint64(max(4-i, 0)) || ok != (i < 5) || err != nil || time.Unix(0, int64(reset)) != start.Add(time.Second) {
				t.Errorf("take %d: %d, %d, %v, %v, %v", i, tokens, left, time.Unix(0, int64(reset)), ok, err)
			}
		}
		if _, _, _, ok, _ := s.Take(ctx, "b"); !ok {
			t.Error("another key is refused")
		}
		if tokens, left, err := s.Get(ctx, "unknown"); tokens != 0 || left != 0 || err != nil {
			t.Errorf("an unknown key has %d, %d, %v", tokens, left, err)
		}
		if err := s.Burst(ctx, "a", 2); err != nil {
			t.Error(err)
		}
		if _, left, _ := s.Get(ctx, "a"); left != 2 {
			t.Errorf("%d left after Burst", left)
		}
		for i := range 3 {
			if _, _, _, ok, _ := s.Take(ctx, "a"); ok != (i < 2) {
				t.Errorf("burst take %d: %v", i, ok)
			}
		}
		time.Sleep(time.Second)
		if _, left, _ := s.Get(ctx, "a"); left != 5 {
			t.Errorf("%d left after a window", left)
		}
		if err := s.Set(ctx, "a", 1, time.Minute); err != nil {
			t.Error(err)
		}
		for i := range 2 {
			if tokens, _, _, ok, _ := s.Take(ctx, "a"); ok != (i < 1) || tokens != 1 {
				t.Errorf("take %d after Set: %v of %d", i, ok, tokens)
			}
		}
		if s.Set(ctx, "a", 0, time.Second) == nil || s.Set(ctx, "a", 1, 0) == nil {
			t.Error("Set takes nonsense")
		}
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		if tokens, left, reset, ok, err := s.Take(ctx, "a"); tokens+left+reset != 0 || ok || !errors.Is(err, limiter.ErrStopped) {
			t.Errorf("after Close: %v, %v", ok, err)
		}
	})
}

func TestNewStoreKeepsEveryWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		store limiter.Store
		most  int
	}{
		"window":                    {nil, 10},
		"fixed window, the control": {&fixedWindow{limit: 10, per: time.Second}, 19},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.store == nil {
					tt.store = NewStore(10, time.Second)
				}
				var ts []time.Time
				take := func(n int) {
					for range n {
						if _, _, _, ok, _ := tt.store.Take(t.Context(), ""); ok {
							ts = append(ts, time.Now())
						}
					}
				}
				take(1)
				time.Sleep(990 * time.Millisecond)
				take(9)
				time.Sleep(10 * time.Millisecond)
				take(10)
				if got := worst(ts, time.Second); got != tt.most {
					t.Errorf("worst second %d, want %d", got, tt.most)
				}
			})
		})
	}
}

func TestNewStoreIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(1, time.Second).(*store)
		admitted := 0
		for i := range 3 * maxKeys {
			if _, _, _, ok, _ := s.Take(t.Context(), strconv.Itoa(i)); ok {
				admitted++
			}
		}
		if len(s.keys) != maxKeys || admitted != maxKeys+1 {
			t.Errorf("%d keys, %d admitted, want one each and one for those who share", len(s.keys), admitted)
		}
		time.Sleep(2 * time.Second)
		if _, _, _, ok, _ := s.Take(t.Context(), "new"); !ok || len(s.keys) != 1 {
			t.Errorf("after all were idle: %v, %d keys", ok, len(s.keys))
		}
	})
}

// forgetful makes room for a new key by forgetting the others.
type forgetful struct {
	limiter.Store
	fresh func() limiter.Store
	keys  map[string]bool
}

func (f *forgetful) Take(ctx context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	if !f.keys[key] && len(f.keys) == maxKeys || f.keys == nil {
		f.Store, f.keys = f.fresh(), make(map[string]bool)
	}
	f.keys[key] = true
	return f.Store.Take(ctx, key)
}

// 10,000 other keys at a time are no way to have a used up one forgotten.
func TestNewStoreNeverForgetsWhatCounts(t *testing.T) {
	const limit, per = 5, time.Second
	fresh := func() limiter.Store { return NewStore(limit, per) }
	for name, tt := range map[string]struct {
		store func() limiter.Store
		kept  bool
	}{
		"ours":                   {fresh, true},
		"forgetful, the control": {func() limiter.Store { return &forgetful{fresh: fresh} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := tt.store()
				take := func(key string) bool {
					_, _, _, ok, _ := s.Take(t.Context(), key)
					return ok
				}
				_, _ = take("busy"), take("busy")
				var got []int
				// After 1 s the first others are idle: there is something to forget.
				for i, wait := range []time.Duration{0, per / 2, per / 2, per/2 - 1, 1} {
					time.Sleep(wait)
					for k := range maxKeys {
						take(strconv.Itoa(i*maxKeys + k))
					}
					n := 0
					for i > 0 && take("busy") {
						n++
					}
					got = append(got, n)
				}
				want := []int{0, 3, 2, 0, 3} // two in the beginning, three after half a second
				if slices.Equal(got, want) != tt.kept {
					t.Errorf("%v admitted, want %v", got, want)
				}
			})
		})
	}
}

// Each sleeps until reset and takes again at once, as a client without a queue
// does, from just before a tick on.
func TestNewStoreUnderHotWaiters(t *testing.T) {
	const limit, waiters, each = 10, 25, 8
	for name, tt := range map[string]struct {
		store func() limiter.Store
		most  int
	}{
		"window":                    {func() limiter.Store { return NewStore(limit, time.Second) }, limit},
		"fixed window, the control": {func() limiter.Store { return &fixedWindow{limit: limit, per: time.Second} }, 2 * limit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := tt.store()
				sleepUntilReset(t.Context(), s) // the ticks of the control are counted from here
				time.Sleep(1950 * time.Millisecond)
				var mu sync.Mutex
				var ts []time.Time
				start := time.Now()
				line(waiters, func(int) {
					for range each {
						sleepUntilReset(t.Context(), s)
						mu.Lock()
						ts = append(ts, time.Now())
						mu.Unlock()
					}
				})
				if n := worst(ts, time.Second); n != tt.most {
					t.Errorf("worst second %d, want %d", n, tt.most)
				}
				// Nor does it hold back what would fit: all in twenty windows.
				if d := time.Since(start); len(ts) != waiters*each || d > 19*time.Second {
					t.Errorf("%d in %v", len(ts), d)
				}
			})
		})
	}
}

func TestNewStoreBehindTheGateAndWithout(t *testing.T) {
	const n, limit = 2000, 100
	for name, tt := range map[string]struct {
		gate        bool
		least, most float64 // takes for each admitted
		inside      bool    // several at once
	}{
		"through the gate":               {true, 1, 1.02, false},
		"sleep until reset, the control": {false, 5, n, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: NewStore(limit, time.Second), slow: time.Millisecond}
				l := New(Rule{Limit: limit, Mode: Bucket, Store: c})
				rt := l.Wrap(&server{})
				order := line(n, func(int) {
					if !tt.gate {
						sleepUntilReset(t.Context(), c)
					} else if _, err := get(t.Context(), rt, "/"); err != nil {
						t.Error(err)
					}
				})
				if per := float64(c.takes.Load()) / n; per < tt.least || per > tt.most || (c.most.Load() > 1) != tt.inside {
					t.Errorf("%.2f takes for each admitted, %d at once", per, c.most.Load())
				}
				if tt.gate != inOrder(order, 1) {
					t.Errorf("in the order of coming: %v", !tt.gate)
				}
				quiet(t, l)
			})
		})
	}
}

// Burst on a key that nobody knows yet is a burst and no higher limit.
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

// Callers read the clock before they have the mutex, so one may come with an
// earlier reading after a later one has made stamps expire.
func TestAnEarlierReadingComesLater(t *testing.T) {
	for _, tt := range []struct {
		name    string
		settled func(*store, int64) int64
		most    int
	}{
		{"made no earlier", (*store).settled, 2},
		{"as it is, the control", func(_ *store, clock int64) int64 { return clock }, 3},
	} {
		s := NewStore(2, 10).(*store)
		a := s.account("key", 0)
		var sends []int64
		for _, clock := range []int64{0, 1, 12, 9} {
			if now := tt.settled(s, clock); a.next(now, 1) <= now {
				sends = append(sends, a.add(now, 1))
			}
		}
		slices.Sort(sends)
		most, first := 0, 0
		for i := range sends {
			for sends[i]-sends[first] >= 10 {
				first++
			}
			most = max(most, i-first+1)
		}
		if most != tt.most || len(sends) != 4 {
			t.Errorf("%s: %d in a window of 2, sends %v", tt.name, most, sends)
		}
	}
}

// checkThenAct is a store that looks before it counts.
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

// What go-limiter's TestStore_Take demands: of twice as many as there are tokens,
// all at once, half are admitted, and each is told another remainder.
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
					left := make([]int, limit) // how many were told so
					var admitted, refused, wrong atomic.Int64
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
								refused.Add(1)
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
					if got := int(admitted.Load()) == limit && int(refused.Load()) == limit && apart; got != tt.exact {
						t.Errorf("%d admitted, %d refused, each told another remainder: %v", admitted.Load(), refused.Load(), apart)
					}
					if tt.exact && wrong.Load() != 0 {
						t.Errorf("%d wrong answers", wrong.Load())
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

// What go-limiter's TestStore_Exercise demands, of theirs as well.
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

// stepped is at with its wall clock reading moved and its monotonic one not: an
// earlier reading after the machine's clock was set the other way.
func stepped(t *testing.T, at time.Time, d time.Duration) time.Time {
	t.Helper()
	was := at
	*(*uint64)(unsafe.Pointer(&at)) += uint64(d/time.Second) << 30 // time.Time has no door for this
	if at.Sub(was) != 0 || at.Round(0).Sub(was.Round(0)) != d {
		t.Fatal("time.Time is laid out otherwise")
	}
	return at
}

// On the real clock, of which nothing is expected but that it goes on: a bubble
// has no monotonic one.
func TestNewStoreDoesNotGoByTheWallClock(t *testing.T) {
	wall := func(_ *testing.T, at time.Time, d time.Duration) time.Time { return at.Round(0).Add(d) }
	for _, tt := range []struct {
		name  string
		epoch func(*testing.T, time.Time, time.Duration) time.Time
		step  time.Duration
		per   time.Duration
		wait  time.Duration
		opens bool
	}{
		{"set forward", stepped, 2 * time.Hour, time.Hour, 0, false},
		{"set forward, the control", wall, 2 * time.Hour, time.Hour, 0, true},
		{"set back", stepped, -time.Hour, time.Millisecond, time.Millisecond, true},
		{"set back, the control", wall, -time.Hour, time.Millisecond, time.Millisecond, false},
	} {
		s := NewStore(5, tt.per).(*store)
		drain := func() (n int) {
			for {
				if _, _, _, ok, _ := s.Take(t.Context(), ""); !ok {
					return n
				}
				n++
			}
		}
		first := drain()
		s.epoch = tt.epoch(t, s.epoch, -tt.step)
		time.Sleep(tt.wait)
		if second := drain(); first < 5 || (second > 0) != tt.opens {
			t.Errorf("%s: %d, then %d", tt.name, first, second)
		}
	}
}
