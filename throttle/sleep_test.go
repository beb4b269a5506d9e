package throttle

import (
	"context"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
)

// underClient returns the bytes of heap and stack per request of a client that is held up.
func underClient(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) (each float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &http.Client{Transport: wrap(stuck{make(chan *http.Response)})}
		before := heapAndStacks()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if resp, err := c.Do(request(ctx, "/")); err == nil {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		after := heapAndStacks()
		each = (float64(after.HeapAlloc) - float64(before.HeapAlloc) + float64(after.StackInuse)) / float64(n)
		cancel()
		wg.Wait()
	})
	return each
}

// deep is a layer with a frame as the functions of a wait had once.
type deep struct{ next http.RoundTripper }

func (d deep) RoundTrip(req *http.Request) (*http.Response, error) {
	var frame [1024]byte
	for i := range frame {
		frame[i] = byte(req.ContentLength)
	}
	resp, err := d.next.RoundTrip(req)
	if frame[len(frame)/2] != byte(req.ContentLength) {
		return nil, http.ErrBodyNotAllowed
	}
	return resp, err
}

// net/http's client takes half of the 4 KiB that a goroutine begins with. If what a
// request goes through to wait took the other half, each would have a stack of 8 KiB.
func TestAWaiterOfAClientKeepsTheStackOfABlockedRequest(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	n := 1000
	if long.Wanted() {
		n = 10_000
	}
	rule := Rule{Limit: 1, Per: time.Hour}
	free := func(rt http.RoundTripper) http.RoundTripper {
		return New(Rule{Limit: n, Per: time.Hour}).Wrap(rt)
	}
	with := func(rules ...Rule) func(http.RoundTripper) http.RoundTripper {
		return func(rt http.RoundTripper) http.RoundTripper { return New(rules...).Wrap(rt) }
	}
	underClient(t, n, free) // grows what is kept for reuse
	blocked := underClient(t, n, free)
	for _, tt := range []struct {
		name    string
		wrap    func(http.RoundTripper) http.RoundTripper
		control bool
	}{
		{"one rule", with(rule), false},
		{"two rules", with(rule, rule), false},
		{"a rule for each path", with(Rule{Limit: 1, Per: time.Hour, Route: "/"}), false},
		{"a deep stack, the control", func(rt http.RoundTripper) http.RoundTripper { return deep{New(rule).Wrap(rt)} }, true},
	} {
		each := math.Inf(1)
		for range 3 { // what else lies among the stacks only adds
			each = min(each, underClient(t, n, tt.wrap))
		}
		t.Logf("%s: %.0f B, %.2f of a blocked request's %.0f B", tt.name, each, each/blocked, blocked)
		if (each > 1.15*blocked) != tt.control {
			t.Errorf("%s: a waiter takes %.0f B, %.2f of a blocked request's", tt.name, each, each/blocked)
		}
	}
}
