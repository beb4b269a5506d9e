package throttle

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
)

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

func TestAMillionKeysTakeNoMoreRoomThanAHundredThousand(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, tt := range []struct {
		name string
		rule Rule
	}{
		{"all in use", Rule{Limit: 1 << 30, Per: time.Hour}},
		{"soon forgotten", Rule{Limit: 1 << 30, Per: time.Microsecond, Guard: NoGuard}},
		{"buckets", Rule{Limit: 1 << 30, Per: time.Hour, Mode: Bucket}},
	} {
		tt.rule.Key = func(*http.Request) string { return "" }
		l := New(tt.rule)
		var early float64
		for i := range 1_000_000 {
			var k ticket
			k.add(need{rule: l.list()[0], key: strconv.Itoa(i), cost: 1})
			if !l.enter(&k) && tt.rule.Mode != Bucket {
				t.Fatal("not admitted")
			}
			if i == 100_000 {
				early = heap()
			}
		}
		late := heap()
		t.Logf("%s: %.1f MB after 100,000 keys, %.1f MB after 1,000,000, %d kept", tt.name, early/1e6, late/1e6, len(l.list()[0].keys))
		if late > early+1e6 || len(l.list()[0].keys) > maxKeys {
			t.Errorf("%s: %.0f B after 100,000 keys, %.0f B after 1,000,000", tt.name, early, late)
		}
		runtime.KeepAlive(l)
	}
}

// blocked returns the bytes of heap and of stacks per request that is held up.
func blocked(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) (heap, stacks float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		rt := wrap(stuck{make(chan *http.Response)})
		before := settled()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { _, _ = get(ctx, rt, "/") })
		}
		synctest.Wait()
		after := settled()
		heap = (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
		stacks = (float64(after.StackInuse) - float64(before.StackInuse)) / float64(n)
		cancel()
		wg.Wait()
	})
	return heap, stacks
}

// settled collects twice: what pools let go at the first is gone at the second.
func settled() runtime.MemStats {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
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
	free := func(rt http.RoundTripper) http.RoundTripper { return pass().Wrap(rt) }
	blocked(t, n, free) // grows what is kept for reuse
	heap, stacks := blocked(t, n, free)
	rule := Rule{Limit: 1, Per: time.Hour, MaxQueue: n}
	for _, tt := range []struct {
		name  string
		rules []Rule
	}{
		{"one rule", []Rule{rule}},
		{"two rules", []Rule{rule, rule}},
	} {
		h, s := blocked(t, n, func(rt http.RoundTripper) http.RoundTripper {
			return New(tt.rules...).Wrap(pass().Wrap(rt))
		})
		t.Logf("%s: %.0f B of heap and %.0f B of stack more than the %.0f B and %.0f B of a blocked request",
			tt.name, h-heap, s-stacks, heap, stacks)
		if h-heap > 250 {
			t.Errorf("%s: a place in the queue takes %.0f B", tt.name, h-heap)
		}
		// Stacks grow by doubling: that much less is how they happen to lie in their spans.
		if s-stacks > 1024 {
			t.Errorf("%s: the stack of a waiter is %.0f B larger", tt.name, s-stacks)
		}
	}
}
