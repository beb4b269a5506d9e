package throttle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/memorystore"

	"github.com/gracy-go/gracy/transport"
)

// counted is a store that counts what it is asked, and by how many at once.
type counted struct {
	limiter.Store
	takes, inside, most atomic.Int64
	slow                time.Duration
	fail                atomic.Bool
}

func (c *counted) Take(ctx context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	c.takes.Add(1)
	if n := c.inside.Add(1); n > c.most.Load() {
		c.most.Store(n)
	}
	defer c.inside.Add(-1)
	if c.slow > 0 {
		time.Sleep(c.slow)
	}
	if c.fail.Load() {
		return 0, 0, 0, false, errors.New("connection to redis://user:secret@store.test refused")
	}
	return c.Store.Take(ctx, key)
}

// fixedWindow is a store with the law of memorystore on the bubble's clock.
type fixedWindow struct {
	limiter.Store
	limit int
	per   time.Duration
	mu    sync.Mutex
	begun time.Time
	used  int
}

func (f *fixedWindow) Take(context.Context, string) (tokens, remaining, reset uint64, ok bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if f.begun.IsZero() {
		f.begun = now
	}
	if age := now.Sub(f.begun); age >= f.per {
		f.begun, f.used = now.Add(-age%f.per), 0
	}
	if f.used < f.limit {
		f.used++
		ok = true
	}
	return uint64(f.limit), uint64(f.limit - f.used), uint64(f.begun.Add(f.per).UnixNano()), ok, nil
}

func TestTenThousandWaitersAskTheStoreOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, limit = 10_000, 100
		c := &counted{Store: &fixedWindow{limit: limit, per: time.Second}}
		l := New(Rule{Limit: limit, Mode: Bucket, Store: c})
		s := &server{}
		rt := l.Wrap(s)
		start := time.Now()
		flood(t, rt, "/", n)
		if per := float64(c.takes.Load()) / n; per > 1.02 {
			t.Errorf("%.3f asked for each admitted", per)
		}
		if c.most.Load() != 1 {
			t.Errorf("%d asked at once", c.most.Load())
		}
		if d := time.Since(start); d != 99*time.Second || len(s.sends) != n {
			t.Errorf("%d in %v", len(s.sends), d)
		}
		quiet(t, l)
	})
}

func TestTheHerdIsWhatTheQueueIsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the control: everybody sleeps until reset and asks
		const n, limit = 1000, 100
		c := &counted{Store: &fixedWindow{limit: limit, per: time.Second}}
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				for {
					_, _, reset, ok, _ := c.Take(t.Context(), "")
					if ok {
						return
					}
					time.Sleep(time.Until(time.Unix(0, int64(reset))))
				}
			})
		}
		wg.Wait()
		if per := float64(c.takes.Load()) / n; per < 5 {
			t.Errorf("%.1f asked for each admitted: the control does not show the herd", per)
		}
	})
}

func TestAStoreBesideTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &fixedWindow{limit: 10, per: time.Second}}
		l := New(Rule{Limit: 10, Store: c, Guard: NoGuard}) // both laws
		s := &server{}
		rt := l.Wrap(s)
		for range 20 { // provokes the bucket's double burst
			time.Sleep(950 * time.Millisecond)
			flood(t, rt, "/", 10)
		}
		if n := worst(s.times("/"), time.Second); n != 10 || c.takes.Load() < 200 {
			t.Errorf("worst second %d, asked %d times", n, c.takes.Load())
		}
		quiet(t, l)
	})
}

func TestABucketIsUpToTwiceTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the law of the store as it is, the control of the one above
		l := New(Rule{Limit: 10, Mode: Bucket, Store: &fixedWindow{limit: 10, per: time.Second}})
		s := &server{}
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		time.Sleep(950 * time.Millisecond)
		flood(t, rt, "/", 19)
		if n := worst(s.times("/"), time.Second); n < 19 {
			t.Errorf("worst second %d", n)
		}
	})
}

func TestAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &fixedWindow{limit: 10, per: time.Second}}
		c.fail.Store(true)
		s := &server{}
		own := New(Rule{Limit: 10, Mode: Bucket, Store: c})
		_, err := get(t.Context(), own.Wrap(s), "/")
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrStore) || !errors.Is(err, transport.ErrRefused) || len(s.sends) != 0 {
			t.Errorf("alone: %v", err)
		}
		local := New(Rule{Limit: 10, Store: c, Guard: NoGuard})
		rt := local.Wrap(s)
		c.takes.Store(0)
		if d := took(func() { flood(t, rt, "/", 20) }); d != time.Second {
			t.Errorf("beside the window: 20 took %v, want 1s by the window alone", d)
		}
		if n := c.takes.Load(); n > 3 {
			t.Errorf("a failing store was asked %d times in 1s", n)
		}
		c.fail.Store(false)
		time.Sleep(2 * time.Second)
		c.takes.Store(0)
		flood(t, rt, "/", 5)
		if n := c.takes.Load(); n != 5 {
			t.Errorf("asked %d times after it came back, want 5", n)
		}
		quiet(t, own)
		quiet(t, local)
	})
}

func TestASlowStoreAndACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &fixedWindow{limit: 100, per: time.Second}, slow: 10 * time.Millisecond}
		l := New(Rule{Limit: 100, Mode: Bucket, Store: c})
		s := &server{}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*15*time.Millisecond+time.Millisecond)
				defer cancel()
				_, _ = get(ctx, rt, "/")
			})
		}
		wg.Wait()
		synctest.Wait()
		if c.most.Load() != 1 || len(s.sends) < 10 {
			t.Errorf("%d asked at once, %d sent", c.most.Load(), len(s.sends))
		}
		quiet(t, l)
	})
}

func TestBucketAndUnlimitedAreTheCardsPackages(t *testing.T) {
	l := New(Rule{Limit: 3, Per: time.Hour, Mode: Bucket}, Rule{Limit: 3, Per: time.Hour, Mode: Unlimited, Key: nil})
	rt := l.Wrap(&server{})
	for range 3 {
		if _, err := get(t.Context(), rt, "/"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := get(ctx, rt, "/"); !errors.Is(err, ErrDeadline) {
		t.Errorf("the fourth: %v", err)
	}
	memory, err := memorystore.New(&memorystore.Config{Tokens: 1, DisablePurge: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%T", l.list()[0].one.gate.store), fmt.Sprintf("%T", memory); got != want {
		t.Errorf("a bucket is a %s, want %s", got, want)
	}
	if got := fmt.Sprintf("%T", l.list()[1].one.gate.store); got != "*noopstore.store" {
		t.Errorf("unlimited is a %s", got)
	}
	_, left, err := l.list()[0].one.gate.store.Get(t.Context(), "")
	if left != 0 || err != nil {
		t.Errorf("%d left in the memorystore, %v", left, err)
	}
}

// The law of memorystore itself, on the real clock: within one interval nearly
// twice the limit. The window's store keeps it in the same test.
func TestMemorystoreBreaksTheWindow(t *testing.T) {
	const limit, per = 50, 20 * time.Millisecond
	attack := func(take func() bool) int {
		var ts []time.Time
		for end := time.Now().Add(8 * per); time.Now().Before(end); {
			if take() {
				ts = append(ts, time.Now())
			}
			for len(ts)%limit == 1 && time.Since(ts[len(ts)-1]) < per*9/10 && time.Now().Before(end) {
				continue // one, and the others just before the tick
			}
		}
		return worst(ts, per)
	}
	most := 0
	for range 20 { // a scheduler may spoil one attempt
		store, err := memorystore.New(&memorystore.Config{Tokens: limit, Interval: per, DisablePurge: true})
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, attack(func() bool { _, _, _, ok, _ := store.Take(t.Context(), ""); return ok }))
		if most > limit+limit/2 {
			break
		}
	}
	if most <= limit+limit/2 {
		t.Errorf("worst window of memorystore %d: the control does not break %d", most, limit)
	}
}

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
		for i := range 3 * maxKeys {
			_, _, _, _, _ = s.Take(t.Context(), strconv.Itoa(i))
		}
		if len(s.keys) != maxKeys {
			t.Errorf("%d keys", len(s.keys))
		}
		time.Sleep(2 * time.Second)
		if _, _, _, ok, _ := s.Take(t.Context(), "new"); !ok || len(s.keys) != 1 {
			t.Errorf("after all were idle: %v, %d keys", ok, len(s.keys))
		}
	})
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
