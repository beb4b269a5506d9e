package retry_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// coin follows a pattern of outcomes: "+" is 200, "-" is 503, "4" is 404, "x" is an error. The last
// one repeats for every further request.
type coin struct {
	mu   sync.Mutex // mu guards left and n
	left string
	n    int
}

func (c *coin) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	now := c.left[0]
	if len(c.left) > 1 {
		c.left = c.left[1:]
	}
	code := map[byte]int{'+': 200, '-': 503, '4': 404}[now]
	if code == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return rttest.Response(req, code, ""), nil
}

// Whether the budget is empty after a pattern of outcomes.
func TestAdaptiveBudgetGoesByTheOutcomes(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		free          bool
	}{
		{"new", "", true},
		{"nine failures in a row", strings.Repeat("-", 9), true},
		{"ten failures in a row", strings.Repeat("-", 10), false},
		{"ten errors in a row", strings.Repeat("x", 10), false},
		{"ten responses that are not retried", strings.Repeat("4", 10), true},
		{"every second fails", strings.Repeat("-+", 100), true},
		{"three of four fail", strings.Repeat("---+", 100), true},
		{"four of five fail", strings.Repeat("----+", 100), false},
		{"a success after ten", strings.Repeat("-", 10) + "+", true},
		{"six successes after a long outage", strings.Repeat("-", 500) + "++++++", false},
		{"seven successes after a long outage", strings.Repeat("-", 500) + "+++++++", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := adaptive()
			rt := retry.New(retry.Policy{Attempts: 1, MarkAmbiguous: true, Budget: b}).Wrap(&coin{left: c.pattern + "+"})
			for range len(c.pattern) {
				resp, _ := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
				finish(resp)
			}
			if got := b.Remaining("api.test") == -1; got != c.free {
				t.Errorf("%s: retries are free: %v, want %v", c.name, got, c.free)
			}
		})
	}
}

// In an outage there are tokens: from the reserve, with time, and for successes.
func TestAdaptiveBudgetAllowsTokensInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		b := retry.NewBudget(retry.BudgetConfig{Adaptive: true, Reserve: 4})
		rt := budgeted(b, base)
		calls(t, rt, base, "a.test", 100)
		if got := calls(t, rt, base, "a.test", 100); got != 0 || b.Remaining("a.test") != 0 {
			t.Errorf("%d retries, %d left, want none", got, b.Remaining("a.test"))
		}
		time.Sleep(5 * time.Second)
		if got := calls(t, rt, base, "a.test", 100); got != 2 {
			t.Errorf("%d retries after half a window, want half of the reserve, 2", got)
		}
		time.Sleep(time.Hour)
		if got := b.Remaining("a.test"); got != 4 {
			t.Errorf("%d left after an hour, want the reserve, 4", got)
		}
		if got := b.Remaining("new.test"); got != -1 {
			t.Errorf("%d left for another host, want no bound", got)
		}
	})
}

// A host that is idle for a window is forgotten, and so is its outage.
func TestAdaptiveBudgetForgetsAnIdleHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := new(tally)
		b := adaptive()
		rt := budgeted(b, base)
		for i := range 1024 {
			calls(t, rt, base, fmt.Sprintf("h%d.test", i), 20)
		}
		if got := calls(t, rt, base, "late.test", 100); got > 20 {
			t.Errorf("%d retries to a host without a budget of its own", got)
		}
		time.Sleep(20 * time.Second)
		calls(t, rt, base, "new.test", 1)
		if n := b.Hosts(); n != 1 {
			t.Errorf("%d hosts have a budget of their own, want the last one alone", n)
		}
	})
}

// An outage that all goroutines meet at once is known after ten failures, and no
// token is spent twice.
func TestAdaptiveBudgetUnderContention(t *testing.T) {
	base := new(tally)
	b := retry.NewBudget(retry.BudgetConfig{Adaptive: true, Reserve: 50, Window: time.Hour})
	rt := budgeted(b, base)
	calls(t, rt, base, "a.test", 20)
	for b.Remaining("a.test") > 20 {
		calls(t, rt, base, "a.test", 1)
	}
	left := b.Remaining("a.test")
	before := base.n.Load()
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { calls1(t, rt) })
	}
	wg.Wait()
	if got := int(base.n.Load()-before) - 1000; got != left || b.Remaining("a.test") != 0 {
		t.Errorf("%d retries of %d, %d left", got, left, b.Remaining("a.test"))
	}
}

func calls1(t *testing.T, rt http.RoundTripper) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://a.test/", nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Error(err)
		return
	}
	finish(resp)
}

// A cancel by the caller says nothing about the host, a deadline does.
func TestAdaptiveBudgetIgnoresTheCancelOfTheCaller(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(context.Context) (context.Context, context.CancelFunc)
		free bool
	}{
		{"cancel", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, true},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, false},
		{"deadline with a cause", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeoutCause(ctx, time.Second, rttest.ErrBoom)
		}, false},
		{"cancel with a cause", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(rttest.ErrBoom) })
			return ctx, func() { cancel(nil) }
		}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := adaptive()
			rt := retry.New(retry.Policy{Budget: b}).Wrap(&script{steps: []step{{status: 200, takes: time.Minute}}})
			for range 20 {
				ctx, cancel := c.end(t.Context())
				if _, err := rt.RoundTrip(request(t, ctx, http.MethodGet, nil)); err == nil {
					t.Error("no error")
				}
				cancel()
			}
			if got := b.Remaining("api.test") == -1; got != c.free {
				t.Errorf("%s: retries are free: %v, want %v", c.name, got, c.free)
			}
		})
	}
}
