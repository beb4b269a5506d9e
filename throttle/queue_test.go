package throttle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// inTurn takes of one rule after the other, and starts again if one has nothing left: what it took
// of the previous ones is burned.
type inTurn struct {
	next  http.RoundTripper
	rules map[string]limiter.Store // by prefix of the path
}

func (r *inTurn) RoundTrip(req *http.Request) (*http.Response, error) {
	for _, prefix := range slices.Sorted(maps.Keys(r.rules)) { // the wide one first
		if !strings.HasPrefix(req.URL.Path, prefix) {
			continue
		}
		_, _, reset, ok, err := r.rules[prefix].Take(req.Context(), "")
		if err != nil {
			return nil, err
		}
		if !ok {
			select {
			case <-time.After(time.Until(time.Unix(0, int64(reset)))):
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
			return r.RoundTrip(req)
		}
	}
	return r.next.RoundTrip(req)
}

// Quota taken by a request that another rule then holds back is burned. Two rules taken in turn
// burned 449 tokens of a wide rule in 5 s.
func TestNothingIsBurnedAndNobodyIsHeldBack(t *testing.T) {
	for turn, narrow := range map[bool]int{false: 200, true: 30} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			l := New(
				Rule{Limit: 100, URL: "/", Margin: NoMargin},
				Rule{Limit: 10, URL: "/narrow", Margin: NoMargin},
			)
			rt := l.Wrap(s)
			live := func() int { // of the wide rule
				return counts(l, 0).Counted
			}
			if turn {
				wide := exact.NewStore(100, time.Second)
				rt = &inTurn{s, map[string]limiter.Store{"/": wide, "/narrow": exact.NewStore(10, time.Second)}}
				live = func() int {
					_, left, err := wide.Get(t.Context(), "")
					if err != nil {
						t.Error(err)
					}
					return 100 - int(left)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for range narrow {
				wg.Go(func() {
					for ctx.Err() == nil {
						_, _ = get(ctx, rt, "/narrow")
					}
				})
			}
			var waited time.Duration
			burned := 0
			for range 450 { // 89 per second for 5 s; with the narrow ones 99 or 100
				waited += took(func() {
					if _, err := get(t.Context(), rt, "/wide"); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				sends := within(s.times("/"), time.Now().Add(-time.Second+1), time.Second)
				burned = max(burned, live()-sends)
				time.Sleep(11200 * time.Microsecond)
			}
			went := len(s.times("/narrow"))
			cancel()
			wg.Wait()
			if turn { // the control
				t.Logf("in turn: %d of 100 burned, the wide client waited %v", burned, waited)
				if burned < 10 || waited < time.Second {
					t.Errorf("in turn: %d burned, the wide client waited %v: the bounds cannot fail", burned, waited)
				}
				return
			}
			if waited != 0 || went < 50 || went > 60 {
				t.Errorf("the wide client waited %v, %d narrow ones went in 5 s", waited, went)
			}
			if burned != 0 {
				t.Errorf("%d counted more than were sent", burned)
			}
			if a, b := storetest.Worst(s.times("/"), time.Second), storetest.Worst(s.times("/narrow"), time.Second); a > 100 || a < 99 || b > 10 {
				t.Errorf("worst seconds %d and %d", a, b)
			}
			quiet(t, l)
		})
	}
}

func TestNobodyIsStarvedByTwoFloods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(
			Rule{Limit: 10, URL: "test/a|/both", Margin: NoMargin},
			Rule{Limit: 7, Per: 1300 * time.Millisecond, URL: "test/b", Margin: NoMargin},
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
		// 50 requests are before it at each rule: 10 s at the slower one.
		if longest > 11*time.Second {
			t.Errorf("the request that needs both waited up to %v, want no more than those before it take", longest)
		}
		if n := storetest.Worst(slices.SortedFunc(slices.Values(slices.Concat(s.times("/a"), s.times("/both"))), time.Time.Compare), time.Second); n > 10 {
			t.Errorf("worst second %d", n)
		}
		quiet(t, l)
	})
}

// reserved is another way to keep a rate: each request gets an instant and sleeps until then. One
// that is canceled before leaves its instant unused.
type reserved struct {
	next http.RoundTripper
	slot time.Duration
	mu   sync.Mutex
	free time.Time
}

func (r *reserved) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	if now := time.Now(); r.free.Before(now) {
		r.free = now
	}
	at := r.free
	r.free = r.free.Add(r.slot)
	r.mu.Unlock()
	select {
	case <-time.After(time.Until(at)):
		return r.next.RoundTrip(req)
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func TestCanceledWaitersGiveTheirPlaceBack(t *testing.T) {
	const slot = 10 * time.Millisecond // at 100 a second
	rule := Rule{Limit: 100, Margin: NoMargin}
	for _, tt := range []struct {
		name        string
		make        func(http.RoundTripper) http.RoundTripper
		between     time.Duration // the sends before
		least, most time.Duration // that the newcomer waits
	}{
		{"sends all at once", only(rule), 0, time.Second, time.Second}, // one window, none ahead
		{"steady sends", only(rule), slot, 0, slot},
		{"paced", only(Rule{Limit: 100, Margin: NoMargin, Mode: Paced}), slot, 0, slot},
		{"slots reserved, the control", func(next http.RoundTripper) http.RoundTripper {
			return &reserved{next: next, slot: slot}
		}, slot, 9 * time.Second, 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				rt := tt.make(s)
				for range 100 {
					flood(t, rt, "/before", 1)
					time.Sleep(tt.between)
				}
				ctx, cancel := context.WithCancel(t.Context())
				var wg sync.WaitGroup
				for range 1000 {
					wg.Go(func() {
						if _, err := get(ctx, rt, "/canceled"); err != nil && (!errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected)) {
							t.Errorf("error %v", err)
						}
					})
				}
				synctest.Wait()
				time.Sleep(25 * tt.between / 2) // 12 of them leave
				var l *Limiter                  // but for the control
				for _, layer := range transport.Layers(rt) {
					if x, ok := layer.(*Limiter); ok {
						l = x
					}
				}
				if left := len(s.times("/canceled")); l != nil && l.Waiting() != 1000-left {
					t.Errorf("%d wait, %d left", l.Waiting(), left)
				}
				cancel()
				wg.Wait()
				if d := took(func() { flood(t, rt, "/newcomer", 1) }); d < tt.least || d > tt.most {
					t.Errorf("the newcomer waited %v, want between %v and %v", d, tt.least, tt.most)
				}
				if l != nil {
					quiet(t, l)
				}
			})
		})
	}
}

// only is the layer of a limiter with one rule.
func only(r Rule) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper { return New(r).Wrap(next) }
}

func TestHalfOfThemCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 1, Per: 10 * time.Millisecond, Margin: NoMargin})
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
		// 100 of either kind went in the first second. The survivors of the others go without a gap.
		d, at := time.Since(start), s.since(start, "/survivor")
		early := len(slices.DeleteFunc(slices.Clone(at), func(d time.Duration) bool { return d >= time.Second }))
		if want := time.Second + time.Duration(500-early)*10*time.Millisecond; d > want || len(at) != 500 {
			t.Errorf("%d survivors after %v, want 500 after at most %v", len(at), d, want)
		}
		quiet(t, l)
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	n := 2000
	if long.Wanted() {
		n = 10_000
	}
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		rt := New(Rule{Limit: 1, Margin: NoMargin}).Wrap(s) // an instant for each
		var wg sync.WaitGroup
		var want []string
		for i := range n {
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
