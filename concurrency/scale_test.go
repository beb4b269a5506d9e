package concurrency

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/transport"
)

func TestAMillionSlotsTakenAndGivenBack(t *testing.T) {
	const workers, each, slots = 8, 125_000, 3
	l := New(Limit{Max: slots})
	only := l.limits[0]
	var now, peak, count atomic.Int64
	loop := &layer{"loop", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := transport.AttemptFrom(req.Context())
		for range each {
			s, err := only.take(req.Context(), a, key{host: "api.test"}, 1)
			if err != nil {
				return transport.Refuse(req, err)
			}
			n := now.Add(1)
			for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
			}
			count.Add(1)
			runtime.Gosched()
			now.Add(-1)
			s.BodyEnd(a)
		}
		return next.RoundTrip(req)
	}}
	rt := loop.Wrap(&server{})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			if err := get(t.Context(), rt, url); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if peak.Load() > slots || count.Load() != workers*each {
		t.Errorf("%d at once of %d, %d in all", peak.Load(), slots, count.Load())
	}
	empty(t, l)
}

// blocked returns the bytes of heap and stacks per request that is held up.
func blocked(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) float64 {
	t.Helper()
	var per float64
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		rt := wrap(stuck{make(chan *http.Response)})
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { _ = get(ctx, rt, url) })
		}
		synctest.Wait()
		runtime.GC()
		runtime.ReadMemStats(&after)
		per = (float64(after.HeapAlloc+after.StackInuse) - float64(before.HeapAlloc+before.StackInuse)) / float64(n)
		cancel()
		wg.Wait()
	})
	return per
}

// stuck is a base that waits for an answer that never comes or the caller to go.
type stuck struct{ answer chan *http.Response }

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case resp := <-s.answer:
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func TestBytesPerWaiter(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = 20_000
	l := New(Limit{Max: 1, MaxQueue: n})
	free := func(rt http.RoundTripper) http.RoundTripper { return pass().Wrap(rt) }
	blocked(t, n, free) // grows what is kept for reuse
	without := blocked(t, n, free)
	with := blocked(t, n, func(rt http.RoundTripper) http.RoundTripper { return l.Wrap(pass().Wrap(rt)) })
	t.Logf("%.0f B per blocked request, %.0f B per one that waits for a slot: %.0f B more", without, with, with-without)
	if with-without > 250 {
		t.Errorf("a place in the queue takes %.0f B, want at most 250", with-without)
	}
	empty(t, l)
}
