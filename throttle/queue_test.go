package throttle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// Quota taken by a request that is then held back by another rule is burned;
// two rules taken in turn burned 449 of a wide rule's tokens in 5 s.
func TestNothingIsBurnedAndNobodyIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(
			Rule{Limit: 100, URL: "/", Guard: NoGuard},
			Rule{Limit: 10, URL: "/narrow", Guard: NoGuard},
		)
		rt := l.Wrap(s)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = get(ctx, rt, "/narrow")
				}
			})
		}
		var waited time.Duration
		const wide = 250
		for range wide { // 50 a second for 5 s
			waited += took(func() {
				if _, err := get(t.Context(), rt, "/wide"); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(20 * time.Millisecond)
		}
		narrow, all := len(s.times("/narrow")), len(s.times("/"))
		cancel()
		wg.Wait()
		if waited != 0 || narrow < 50 || narrow > 60 {
			t.Errorf("the wide client waited %v, %d narrow ones went in 5 s", waited, narrow)
		}
		if all != narrow+wide {
			t.Errorf("%d sent, want %d", all, narrow+wide)
		}
		if a, b := worst(s.times("/"), time.Second), worst(s.times("/narrow"), time.Second); a > 100 || b > 10 {
			t.Errorf("worst seconds %d and %d", a, b)
		}
		quiet(t, l)
	})
}

func TestNobodyIsStarvedByTwoFloods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(
			Rule{Limit: 10, URL: "test/a|/both", Guard: NoGuard},
			Rule{Limit: 7, Per: 1300 * time.Millisecond, URL: "test/b", Guard: NoGuard},
		)
		rt := l.Wrap(s)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, _ = get(ctx, rt, []string{"/a", "/b"}[i%2])
				}
			})
		}
		time.Sleep(2500 * time.Millisecond)
		var longest time.Duration
		for range 20 {
			longest = max(longest, took(func() {
				if _, err := get(t.Context(), rt, "/both"); err != nil {
					t.Error(err)
				}
			}))
			time.Sleep(130 * time.Millisecond)
		}
		cancel()
		wg.Wait()
		// 50 are before him at each rule: 10 s at the slower one.
		if longest > 11*time.Second {
			t.Errorf("who needs both waited up to %v, want no more than those before him take", longest)
		}
		if n := worst(slices.SortedFunc(slices.Values(slices.Concat(s.times("/a"), s.times("/both"))), time.Time.Compare), time.Second); n > 10 {
			t.Errorf("worst second %d", n)
		}
		quiet(t, l)
	})
}

func TestCanceledWaitersGiveTheirPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 100, Guard: NoGuard})
		rt := l.Wrap(s)
		flood(t, rt, "/", 100)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				if _, err := get(ctx, rt, "/"); !errors.Is(err, context.Canceled) || errors.Is(err, transport.ErrRefused) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		if l.Waiting() != 1000 {
			t.Errorf("%d wait", l.Waiting())
		}
		cancel()
		wg.Wait()
		if d := took(func() { _, _ = get(t.Context(), rt, "/") }); d != time.Second {
			t.Errorf("the newcomer waited %v, want 1s: one window, nobody ahead", d)
		}
		quiet(t, l)
	})
}

func TestHalfOfThemCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 1, Per: 10 * time.Millisecond, Guard: NoGuard})
		rt := l.Wrap(s)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		start := time.Now()
		for i := range 1000 {
			wg.Go(func() {
				if i%2 == 0 {
					_, _ = get(ctx, rt, "/canceled")
				} else if _, err := get(t.Context(), rt, "/survivor"); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
		// 100 went in the first second; of the others about 450 are left.
		if d, n := time.Since(start), len(s.times("/survivor")); d > 5600*time.Millisecond || n != 500 {
			t.Errorf("%d survivors after %v", n, d)
		}
		quiet(t, l)
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		rt := New(Rule{Limit: 1, Guard: NoGuard}).Wrap(s) // an instant for each
		var wg sync.WaitGroup
		var want []string
		for i := range 10_000 {
			path := fmt.Sprintf("/%05d", i)
			want = append(want, path)
			wg.Go(func() { _, _ = get(t.Context(), rt, path) })
			synctest.Wait()
		}
		wg.Wait()
		var got []string
		for _, x := range s.sends {
			got = append(got, x.path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the order of %d is not that of coming", len(got))
		}
	})
}

func TestAWaiterKeepsTheCostOfEachNeed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		costs []int
		apart bool
	}{
		{"none", nil, false},
		{"one", []int{7}, false},
		{"alike", []int{3, 3, 3}, false},
		{"different", []int{3, 1, 4}, true},
		{"large", []int{1 << 40}, true},
	} {
		var k ticket
		for _, c := range tt.costs {
			k.add(need{cost: c})
		}
		w := waiter{cost: 9, costs: &[]int{9}} // of before
		w.setCosts(&k)
		if (w.costs != nil) != tt.apart {
			t.Errorf("%s: kept apart is %v, want %v", tt.name, w.costs != nil, tt.apart)
		}
		for i, want := range tt.costs {
			if got := w.costOf(i); got != want {
				t.Errorf("%s: need %d costs %d, want %d", tt.name, i, got, want)
			}
		}
	}
}
