package throttle

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport/verdict"
)

// counted is a store that counts how often it is asked, and how often at the same time.
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
		return 0, 0, 0, false, errors.New("connection refused by redis://user:secret@store.test")
	}
	return c.Store.Take(ctx, key)
}

// inOrder reports whether all were admitted in the order in which they came. instant is how many in
// a row came at the same instant. Their order is the scheduler's choice.
func inOrder(order []int, instant int) bool {
	for at, i := range order {
		if at/instant != i/instant {
			return false
		}
	}
	return true
}

func TestTenThousandWaitersAskTheStoreOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: ten thousand waiters")
	}
	n, limit := 2000, 100
	if long.Wanted() {
		n = 10_000
	}
	for name, tt := range map[string]struct {
		slow    time.Duration
		instant int
	}{
		"a store that replies at once": {0, limit},
		"a slow one":                   {time.Millisecond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &counted{Store: &storetest.FixedWindow{Limit: limit, Per: time.Second}, slow: tt.slow}
				l := New(Rule{Limit: limit, Mode: Bucket, Store: c})
				rt := l.Wrap(&server{})
				start := time.Now()
				order := storetest.Line(n, func(int) {
					if _, err := get(t.Context(), rt, "/"); err != nil {
						t.Error(err)
					}
				})
				if per := float64(c.takes.Load()) / float64(n); per > 1.02 {
					t.Errorf("%.3f asked for each admitted", per)
				}
				if c.most.Load() != 1 {
					t.Errorf("%d asked at once", c.most.Load())
				}
				if !inOrder(order, tt.instant) {
					t.Error("the order is not that of coming")
				}
				if d := time.Since(start).Truncate(time.Second); d != time.Duration(n/limit-1)*time.Second || len(order) != n {
					t.Errorf("%d in %v", len(order), d)
				}
				quiet(t, l)
			})
		})
	}
}

func TestTheHerdIsWhatTheQueueIsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the control: each sleeps until reset and asks
		const n, limit = 1000, 100
		c := &counted{Store: &storetest.FixedWindow{Limit: limit, Per: time.Second}, slow: time.Millisecond}
		order := storetest.Line(n, func(int) { storetest.SleepUntilReset(t.Context(), c) })
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
		c := &counted{Store: &storetest.FixedWindow{Limit: 10, Per: time.Second}}
		l := New(Rule{Limit: 10, Store: c, Margin: NoMargin}) // both laws
		s := &server{}
		rt := l.Wrap(s)
		for range 20 { // provokes the bucket's double burst
			time.Sleep(950 * time.Millisecond)
			flood(t, rt, "/", 10)
		}
		if n := storetest.Worst(s.times("/"), time.Second); n != 10 || c.takes.Load() < 200 {
			t.Errorf("worst second %d, asked %d times", n, c.takes.Load())
		}
		quiet(t, l)
	})
}

func TestAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &storetest.FixedWindow{Limit: 10, Per: time.Second}}
		c.fail.Store(true)
		s := &server{}
		own := New(Rule{Limit: 10, Mode: Bucket, Store: c})
		_, err := get(t.Context(), own.Wrap(s), "/")
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrStore) || !errors.Is(err, verdict.ErrRejected) || len(s.sends) != 0 {
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
		c := &counted{Store: &storetest.FixedWindow{Limit: 100, Per: time.Second}, slow: 10 * time.Millisecond}
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
		time.Sleep(c.slow) // for a reply whose request has left
		synctest.Wait()
		if c.most.Load() != 1 || len(s.sends) < 10 {
			t.Errorf("%d asked at once, %d sent", c.most.Load(), len(s.sends))
		}
		quiet(t, l)
	})
}
