package concurrency

import (
	"context"
	"math"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/transport"
)

// underClient returns the bytes of heap and stack per request of a client that is held up.
func underClient(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) (each float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &http.Client{Transport: wrap(stuck{make(chan *http.Response)})}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&before)
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if resp, err := c.Do(request(ctx, url)); err == nil {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
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
	host, all := Limit{Max: 1, MaxQueue: n}, Limit{Max: 1, MaxQueue: n, Scope: transport.ScopeAll}
	with := func(limits ...Limit) func(http.RoundTripper) http.RoundTripper {
		return func(rt http.RoundTripper) http.RoundTripper { return New(limits...).Wrap(rt) }
	}
	free := with(Limit{Max: n})
	underClient(t, n, free) // grows what is kept for reuse
	blocked := underClient(t, n, free)
	for _, tt := range []struct {
		name    string
		wrap    func(http.RoundTripper) http.RoundTripper
		control bool
	}{
		{"one limit", with(host), false},
		{"two limits", with(host, all), false},
		{"a deep stack, the control", func(rt http.RoundTripper) http.RoundTripper { return deep{New(host).Wrap(rt)} }, true},
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
