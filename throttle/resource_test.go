package throttle

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// A cost is gathered from an exact store token by token. The first is not stale when the last one
// arrives.
func TestACostIsGatheredFromAnExactStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: exact.NewStore(10, time.Second)}
		for range 10 { // another process
			_, _, _, _, _ = c.Store.Take(t.Context(), "")
			time.Sleep(100 * time.Millisecond)
		}
		rt := New(Rule{Limit: 10, Store: c, Cost: func(*http.Request) int { return 5 }}).Wrap(&server{})
		if d := took(func() { flood(t, rt, "/", 1) }); d > 400*time.Millisecond || c.takes.Load() > 10 {
			t.Errorf("after %v and %d takes", d, c.takes.Load())
		}
	})
}

// onceEach gives each key one token, ever.
type onceEach struct {
	limiter.Store
	mu   sync.Mutex
	gave map[string]bool
}

func (o *onceEach) Take(_ context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ok = !o.gave[key]
	o.gave[key] = true
	return 3, 0, uint64(time.Now().Add(time.Second).UnixNano()), ok, nil
}

func TestATokenThatNobodySpendsKeepsNoKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 3, Mode: Bucket, Key: tenant, Store: &onceEach{gave: map[string]bool{}}, Cost: costOf})
		rt := l.Wrap(&server{})
		for i := range admission.MaxKeys {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			_, _ = get(ctx, rt, fmt.Sprintf("/t%d/$", i)) // gets one of two tokens, and leaves
			cancel()
		}
		time.Sleep(time.Minute)
		if _, err := get(t.Context(), rt, "/new/"); err != nil {
			t.Error(err)
		}
		if n, shared := l.list()[0].core.Keys(); shared || n != 1 {
			t.Errorf("%d keys kept, shared: %v", n, shared)
		}
	})
}

// Waiting for replies of a store does not count as a queue unless it is known that they will be in
// vain.
func TestNoQueueIsNotForTheRepliesOfAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &storetest.FixedWindow{Limit: 20, Per: time.Minute}, slow: time.Millisecond}
		l := New(Rule{Limit: 20, Per: time.Minute, Mode: Bucket, Store: c, MaxQueue: NoQueue})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 20) // fails the test if one is rejected
		if _, err := get(t.Context(), rt, "/"); !errors.Is(err, ErrFull) {
			t.Errorf("number 21: %v", err)
		}
		quiet(t, l)
	})
}

// A key that shared a count with others and gets one of its own keeps what was counted.
func TestAKeyThatLeavesTheSharedCountKeepsIt(t *testing.T) {
	for _, mode := range []Mode{Window, UntilResponse, Paced} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			l := New(Rule{Limit: 5, Per: 10 * time.Second, Margin: NoMargin, Key: tenant, Mode: mode})
			rt := l.Wrap(s)
			for i := range admission.MaxKeys {
				_, _ = get(t.Context(), rt, fmt.Sprintf("/t%d/", i))
			}
			time.Sleep(9 * time.Second)
			flood(t, rt, "/late/", 5) // in the shared count
			time.Sleep(2 * time.Second)
			flood(t, rt, "/late/", 5) // the others can be forgotten by now
			if n := storetest.Worst(s.times("/late"), 10*time.Second); n > 5 {
				t.Errorf("%s: %d of one key in a window of 5", mode, n)
			}
			if _, shared := l.list()[0].core.Keys(); !shared {
				t.Error("nothing was shared: the test shows nothing")
			}
		})
	}
}

// A debt that is reported late counts for its key, even if the key was forgotten meanwhile.
func TestADebtComesBackToAForgottenKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 100, Margin: NoMargin, Key: tenant, Cost: func(*http.Request) int { return 1 }})
		rt := l.Wrap(&server{})
		ctx, spent := WithUsage(t.Context())
		if _, err := get(ctx, rt, "/late/"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		for i := range admission.MaxKeys {
			_, _ = get(t.Context(), rt, fmt.Sprintf("/t%d/", i))
		}
		if !spent.Report(1000) {
			t.Error("nothing to adjust")
		}
		if d := took(func() { flood(t, rt, "/late/", 1) }); d != time.Second {
			t.Errorf("the next one waited %v, want a window", d)
		}
	})
}

func TestNothingOverflows(t *testing.T) {
	for name, build := range map[string]func(){
		"Margin":   func() { New(Rule{Limit: 1, Margin: math.MaxInt64}) },
		"Per":      func() { New(Rule{Limit: 1, Per: math.MaxInt64}) },
		"NewStore": func() { exact.NewStore(1, math.MaxInt64) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: taken", name)
				}
			}()
			build()
		}()
	}
	if exact.NewStore(1, time.Second).Set(t.Context(), "k", 1, math.MaxInt64) == nil {
		t.Error("Set: taken")
	}
}
