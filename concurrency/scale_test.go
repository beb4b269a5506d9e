package concurrency

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/layer"
)

func TestAMillionSlotsAcquiredAndReleased(t *testing.T) {
	const workers, slots = 8, 3
	each := 125_000
	if !long.Wanted() { // fewer show as much, and a busy machine takes a minute for all
		each /= 10
	}
	l := New(Limit{Max: slots})
	only := l.limits[0]
	var now, peak, count atomic.Int64
	loop := &testLayer{"loop", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		for range each {
			s, err := only.find(key{host: "api.test"}).acquire(req.Context(), a, false)
			if err != nil {
				return layer.Reject(req, err)
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
	if peak.Load() > slots || count.Load() != int64(workers*each) {
		t.Errorf("%d at once of %d, %d in all", peak.Load(), slots, count.Load())
	}
	empty(t, l)
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools release in the first collection is freed in the second
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// Keys come and go, each with slots of its own.
func TestAMillionKeysTakeNoMoreRoomThanAHundredThousand(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	if testing.Short() {
		t.Skip("-short: hundreds of thousands of keys")
	}
	n := 150_000
	if long.Wanted() {
		n = 1_000_000
	}
	for _, tt := range []struct {
		name  string
		limit Limit
		keeps bool // the control
		keys  int
	}{
		{"fixed", Limit{Max: 2}, false, n},
		{"adaptive", Limit{Max: 2, Adaptive: &Adaptive{}}, false, n},
		{"nothing is forgotten, the control", Limit{Max: 2}, true, 150_000},
	} {
		tt.limit.Key = func(req *http.Request) string { return req.URL.Path }
		l := New(tt.limit)
		only := l.limits[0]
		var kept []*semaphore
		req := request(t.Context(), url)
		var early float64
		for i := range tt.keys {
			req.URL.Path = strconv.Itoa(i)
			k := only.keyOf(nil, req)
			s, err := only.find(k).acquire(t.Context(), nil, false)
			if err != nil || s.key != k {
				t.Fatalf("%s: key %d has the slots of another one: %v", tt.name, i, err)
			}
			if i == 100 {
				one, err := only.find(k).acquire(t.Context(), nil, false)
				if err != nil || one != s || s.try(1) != full {
					t.Errorf("%s: no two slots, or three", tt.name)
				}
				one.release(nil)
			}
			s.observe(good, time.Millisecond, false)
			s.release(nil)
			if tt.keeps {
				kept = append(kept, s)
			}
			if i == 100_000-1 { // as full as at the end: many keys are dropped at a time
				early = heap()
			}
		}
		late := heap()
		t.Logf("%s: %.1f MB after 100,000 keys, %.1f MB after %d, %d kept", tt.name, early/1e6, late/1e6, tt.keys, only.sems.Len()+len(kept))
		if flat := late <= early+1e6; flat == tt.keeps || only.sems.Len() > maxKeys {
			t.Errorf("%s: %.0f B after 100,000 keys, %.0f B after %d, %d in the map", tt.name, early, late, tt.keys, only.sems.Len())
		}
		empty(t, l)
		runtime.KeepAlive(kept)
	}
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

// stuck is a base that waits for a response that never comes, or for the caller to give up.
type stuck struct{ response chan *http.Response }

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case resp := <-s.response:
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func TestBytesPerWaiter(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	long.Only(t) // sixty thousand waiting requests: fewer would measure the runtime
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
