package throttle

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/memorystore"

	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

func TestABucketIsUpToTwiceTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the law of the store as it is, the control of the one above
		l := New(Rule{Limit: 10, Mode: Bucket, Store: &storetest.FixedWindow{Limit: 10, Per: time.Second}})
		s := &server{}
		rt := l.Wrap(s)
		flood(t, rt, "/", 1)
		time.Sleep(950 * time.Millisecond)
		flood(t, rt, "/", 19)
		if n := storetest.Worst(s.times("/"), time.Second); n < 19 {
			t.Errorf("worst second %d", n)
		}
	})
}

func TestBucketAndUnlimitedAreStoresOfGoLimiter(t *testing.T) {
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

// store returns the store of rule i for the key "".
func store(l *Limiter, i int) limiter.Store { return l.list()[i].core.Resource("", 0).Store }

// certain returns the largest number of takes that were certainly in one window of the length per:
// from before the first to after the last.
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

// The law of memorystore itself, on the real clock: within one interval it admits nearly twice the
// limit. The store of the window keeps the limit in the same test.
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

// FixedWindow is the control of many tests, so it must be no worse than the store that it stands
// for. The clock of memorystore cannot be replaced, so here both use the real one.
func TestFixedWindowCountsAsMemorystoreDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: thousands of takes of two stores")
	}
	const limit, per = 5, 10 * time.Millisecond
	type reply struct {
		tick, tokens, left uint64
		ok                 bool
	}
	agrees := func(other limiter.Store) bool {
		memory, err := memorystore.New(&memorystore.Config{Tokens: limit, Interval: per, DisablePurge: true})
		if err != nil {
			t.Fatal(err)
		}
		var first [2]uint64
		// In the first window, in its middle, at the next tick, after some ticks without a take,
		// and then each seven tenths of a window: so many that no other law agrees by chance.
		for _, tenths := range []int{0, 5, 5, 25, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7} {
			for until := time.Now().Add(per * time.Duration(tenths) / 10); time.Now().Before(until); {
				continue
			}
			for range limit + 2 {
				var got [2]reply
				for i, s := range [2]limiter.Store{memory, other} {
					tokens, left, reset, ok, err := s.Take(t.Context(), "")
					if err != nil {
						t.Fatal(err)
					}
					if first[i] == 0 {
						first[i] = reset
					}
					// Rounded, since the two clocks of a machine do not run at quite the same rate.
					got[i] = reply{(reset - first[i] + uint64(per)/2) / uint64(per), tokens, left, ok}
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
	if !ever(20, func() limiter.Store { return &storetest.FixedWindow{Limit: limit, Per: per} }) {
		t.Error("FixedWindow and memorystore reply differently")
	}
	if ever(3, func() limiter.Store { return exact.NewStore(limit, per) }) {
		t.Error("the control, another law, replies as memorystore does")
	}
}
