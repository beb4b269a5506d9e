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

// blocked returns the bytes of heap and stacks per request that is held up.
func blocked(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) float64 {
	t.Helper()
	var per float64
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		rt := wrap(stuck{make(chan *http.Response)})
		before := heap()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { _, _ = get(ctx, rt, "/") })
		}
		synctest.Wait()
		per = (heap() - before) / float64(n)
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
	free := func(rt http.RoundTripper) http.RoundTripper { return pass().Wrap(rt) }
	blocked(t, n, free) // grows what is kept for reuse
	without := blocked(t, n, free)
	with := blocked(t, n, func(rt http.RoundTripper) http.RoundTripper {
		return New(Rule{Limit: 1, Per: time.Hour, MaxQueue: n}).Wrap(pass().Wrap(rt))
	})
	t.Logf("%.0f B per blocked request, %.0f B per one that waits for quota: %.0f B more", without, with, with-without)
	if with-without > 500 {
		t.Errorf("a place in the queue takes %.0f B", with-without)
	}
}
