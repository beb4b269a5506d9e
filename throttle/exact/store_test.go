package exact

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/storetest"
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
			t.Error("another key is rejected")
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

func TestNewStorePanicsOnNonsense(t *testing.T) {
	for name, c := range map[string]struct {
		limit int
		per   time.Duration
	}{
		"no limit": {0, time.Second}, "negative limit": {-1, time.Second}, "negative window": {1, -1}, "endless window": {1, 1 << 62},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			NewStore(c.limit, c.per)
		}()
	}
}

func TestNewStoreCountsASecondByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(1, 0)
		for i, want := range []bool{true, false, true} {
			if _, _, _, ok, err := s.Take(t.Context(), "a"); ok != want || err != nil {
				t.Errorf("take %d: %v, %v", i, ok, err)
			}
			time.Sleep(time.Duration(i) * time.Second)
		}
	})
}

// A store that is closed says so, whatever it is asked.
func TestAClosedStoreIsStopped(t *testing.T) {
	ctx := t.Context()
	s := NewStore(1, time.Second)
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	_, _, _, ok, take := s.Take(ctx, "a")
	_, _, get := s.Get(ctx, "a")
	for name, err := range map[string]error{"Take": take, "Get": get, "Set": s.Set(ctx, "a", 1, time.Second), "Burst": s.Burst(ctx, "a", 1)} {
		if !errors.Is(err, limiter.ErrStopped) || ok {
			t.Errorf("%s: %v, taken: %v", name, err, ok)
		}
	}
}

func TestALimitOfAKeyMakesSense(t *testing.T) {
	s := NewStore(1, time.Second)
	for _, c := range []struct {
		tokens   uint64
		interval time.Duration
		ok       bool
	}{{0, 1, false}, {1 << 31, time.Second, false}, {1, 0, false}, {1, 1 << 62, false}, {1<<31 - 1, time.Second, true}} {
		if err := s.Set(t.Context(), "a", c.tokens, c.interval); (err == nil) != c.ok {
			t.Errorf("%d takes in %s: %v", c.tokens, c.interval, err)
		}
	}
}

func TestNewStoreKeepsEveryWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		store limiter.Store
		most  int
	}{
		"window":                    {nil, 10},
		"fixed window, the control": {&storetest.FixedWindow{Limit: 10, Per: time.Second}, 19},
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
				if got := storetest.Worst(ts, time.Second); got != tt.most {
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
		if s.keys.Len() != maxKeys || admitted != maxKeys+1 {
			t.Errorf("%d keys, %d admitted, want one each and one for those that share", s.keys.Len(), admitted)
		}
		time.Sleep(2 * time.Second)
		if _, _, _, ok, _ := s.Take(t.Context(), "new"); !ok || s.keys.Len() != 1 {
			t.Errorf("after all were idle: %v, %d keys", ok, s.keys.Len())
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

// 10,000 other keys at a time do not make the store forget a used up key.
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
				// After 1 s the first other keys are idle, so that there is something to forget.
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
				want := []int{0, 3, 2, 0, 3} // two at the beginning, three after half a second
				if slices.Equal(got, want) != tt.kept {
					t.Errorf("%v admitted, want %v", got, want)
				}
			})
		})
	}
}

// Each waiter sleeps until reset and takes again immediately, as a client without a queue does,
// starting just before a tick.
func TestNewStoreUnderHotWaiters(t *testing.T) {
	const limit, waiters, each = 10, 25, 8
	for name, tt := range map[string]struct {
		store func() limiter.Store
		most  int
	}{
		"window":                    {func() limiter.Store { return NewStore(limit, time.Second) }, limit},
		"fixed window, the control": {func() limiter.Store { return &storetest.FixedWindow{Limit: limit, Per: time.Second} }, 2 * limit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := tt.store()
				storetest.SleepUntilReset(t.Context(), s) // the ticks of the control are counted from here
				time.Sleep(1950 * time.Millisecond)
				var mu sync.Mutex
				var ts []time.Time
				start := time.Now()
				storetest.Line(waiters, func(int) {
					for range each {
						storetest.SleepUntilReset(t.Context(), s)
						mu.Lock()
						ts = append(ts, time.Now())
						mu.Unlock()
					}
				})
				if n := storetest.Worst(ts, time.Second); n != tt.most {
					t.Errorf("worst second %d, want %d", n, tt.most)
				}
				// Nor does it hold back what would fit: all are done in twenty windows.
				if d := time.Since(start); len(ts) != waiters*each || d > 19*time.Second {
					t.Errorf("%d in %v", len(ts), d)
				}
			})
		})
	}
}
