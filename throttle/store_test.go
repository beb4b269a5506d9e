package throttle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/memorystore"

	"github.com/gracy-go/gracy/throttle/exact"
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

// line lets n come one after the other and returns the order in which they were
// admitted.
func line(n int, admit func(i int)) (order []int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			admit(i)
			mu.Lock()
			defer mu.Unlock()
			order = append(order, i)
		})
		synctest.Wait()
	}
	wg.Wait()
	return order
}

// inOrder reports whether all were admitted in the order of coming. Among those
// of one instant, so many in a row, who is written down first is the scheduler's
// choice.
func inOrder(order []int, instant int) bool {
	for at, i := range order {
		if at/instant != i/instant {
			return false
		}
	}
	return true
}

// sleepUntilReset is what a client does with a store and without a queue, but not
// for ever.
func sleepUntilReset(ctx context.Context, s limiter.Store) {
	for range 10_000 {
		_, _, reset, ok, err := s.Take(ctx, "")
		if ok || err != nil {
			return
		}
		time.Sleep(time.Until(time.Unix(0, int64(reset))))
	}
}

func TestTenThousandWaitersAskTheStoreOnce(t *testing.T) {
	const n, limit = 10_000, 100
	for name, tt := range map[string]struct {
		slow    time.Duration
		instant int
	}{
		"a store that answers at once": {0, limit},
		"a slow one":                   {time.Millisecond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: &fixedWindow{limit: limit, per: time.Second}, slow: tt.slow}
				l := New(Rule{Limit: limit, Mode: Bucket, Store: c})
				rt := l.Wrap(&server{})
				start := time.Now()
				order := line(n, func(int) {
					if _, err := get(t.Context(), rt, "/"); err != nil {
						t.Error(err)
					}
				})
				if per := float64(c.takes.Load()) / n; per > 1.02 {
					t.Errorf("%.3f asked for each admitted", per)
				}
				if c.most.Load() != 1 {
					t.Errorf("%d asked at once", c.most.Load())
				}
				if !inOrder(order, tt.instant) {
					t.Error("the order is not that of coming")
				}
				if d := time.Since(start).Truncate(time.Second); d != 99*time.Second || len(order) != n {
					t.Errorf("%d in %v", len(order), d)
				}
				quiet(t, l)
			})
		})
	}
}

func TestTheHerdIsWhatTheQueueIsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the control: everybody sleeps until reset and asks
		const n, limit = 1000, 100
		c := &counted{Store: &fixedWindow{limit: limit, per: time.Second}, slow: time.Millisecond}
		order := line(n, func(int) { sleepUntilReset(t.Context(), c) })
		if per := float64(c.takes.Load()) / n; per < 5 {
			t.Errorf("%.1f asked for each admitted: the control does not show the herd", per)
		}
		if c.most.Load() < 2 || inOrder(order, limit) {
			t.Errorf("%d asked at once, in the order of coming %v: the control shows no disorder", c.most.Load(), inOrder(order, limit))
		}
	})
}

func TestAStoreBesideTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &fixedWindow{limit: 10, per: time.Second}}
		l := New(Rule{Limit: 10, Store: c, Margin: NoMargin}) // both laws
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
		local := New(Rule{Limit: 10, Store: c, Margin: NoMargin})
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
	if got, want := fmt.Sprintf("%T", store(l, 0)), fmt.Sprintf("%T", memory); got != want {
		t.Errorf("a bucket is a %s, want %s", got, want)
	}
	if got := fmt.Sprintf("%T", store(l, 1)); got != "*noopstore.store" {
		t.Errorf("unlimited is a %s", got)
	}
	_, left, err := store(l, 0).Get(t.Context(), "")
	if left != 0 || err != nil {
		t.Errorf("%d left in the memorystore, %v", left, err)
	}
}

// store is what rule i asks, for the key "".
func store(l *Limiter, i int) limiter.Store { return l.list()[i].core.Resource("", 0).Store }

// certain returns the largest number of takes that were in some window of the
// length per beyond doubt: from before the first to after the last.
func certain(before, after []time.Time, per time.Duration) int {
	most, first := 0, 0
	for i := range after {
		for after[i].Sub(before[first]) >= per {
			if first++; first > i {
				break
			}
		}
		most = max(most, i-first+1)
	}
	return most
}

// The law of memorystore itself, on the real clock: within one interval nearly
// twice the limit. The window's store keeps it in the same test.
func TestMemorystoreBreaksTheWindow(t *testing.T) {
	const limit, per = 50, 20 * time.Millisecond
	attack := func(store limiter.Store) int {
		var before, after []time.Time
		for len(after) < 4*limit {
			start := time.Now()
			_, _, _, ok, err := store.Take(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				before, after = append(before, start), append(after, time.Now())
			}
			for len(after) == 1 && time.Since(before[0]) < per*9/10 {
				continue // one, and the others just before the tick
			}
		}
		return certain(before, after, per)
	}
	most := 0
	for range 20 { // a scheduler may spoil one attempt of the control
		store, err := memorystore.New(&memorystore.Config{Tokens: limit, Interval: per, DisablePurge: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := attack(exact.NewStore(limit, per)); n > limit {
			t.Errorf("worst window of our store %d, want at most %d", n, limit)
		}
		if most = max(most, attack(store)); most > limit+limit/2 {
			break
		}
	}
	if most <= limit+limit/2 {
		t.Errorf("worst window of memorystore %d: the control does not break %d", most, limit)
	}
}

// fixedWindow is the control of many tests, so it must be no worse than what it
// stands for. memorystore's clock cannot be turned: here both go by the real one.
func TestFixedWindowCountsAsMemorystoreDoes(t *testing.T) {
	const limit, per = 5, 10 * time.Millisecond
	type answer struct {
		tick, tokens, left uint64
		ok                 bool
	}
	agrees := func(other limiter.Store) bool {
		memory, err := memorystore.New(&memorystore.Config{Tokens: limit, Interval: per, DisablePurge: true})
		if err != nil {
			t.Fatal(err)
		}
		var first [2]uint64
		// In the first window, in its midst, at the next tick, after some ticks
		// without a take, and then each seven tenths of a window: so many that no
		// other law agrees by chance.
		for _, tenths := range []int{0, 5, 5, 25, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7} {
			for until := time.Now().Add(per * time.Duration(tenths) / 10); time.Now().Before(until); {
				continue
			}
			for range limit + 2 {
				var got [2]answer
				for i, s := range [2]limiter.Store{memory, other} {
					tokens, left, reset, ok, err := s.Take(t.Context(), "")
					if err != nil {
						t.Fatal(err)
					}
					if first[i] == 0 {
						first[i] = reset
					}
					// Rounded: the two clocks of a machine do not run quite alike.
					got[i] = answer{(reset - first[i] + uint64(per)/2) / uint64(per), tokens, left, ok}
				}
				if got[0] != got[1] {
					return false
				}
			}
		}
		return true
	}
	ever := func(runs int, other func() limiter.Store) bool { // a scheduler may spoil some: a tick between the two
		for range runs {
			if agrees(other()) {
				return true
			}
		}
		return false
	}
	if !ever(20, func() limiter.Store { return &fixedWindow{limit: limit, per: per} }) {
		t.Error("fixedWindow and memorystore answer differently")
	}
	if ever(3, func() limiter.Store { return exact.NewStore(limit, per) }) {
		t.Error("the control, another law, answers as memorystore does")
	}
}
