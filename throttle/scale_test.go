package throttle

import (
	"context"
	"go/build"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/transport"
)

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

func TestAMillionKeysTakeNoMoreRoomThanAHundredThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a million keys")
	}
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	n := 150_000
	if long.Wanted() {
		n = 1_000_000
	}
	for _, tt := range []struct {
		name string
		rule Rule
	}{
		{"all in use", Rule{Limit: 1 << 30, Per: time.Hour}},
		{"soon forgotten", Rule{Limit: 1 << 30, Per: time.Microsecond, Margin: NoMargin}},
		{"buckets", Rule{Limit: 1 << 30, Per: time.Hour, Mode: Bucket}},
	} {
		tt.rule.Key = func(*http.Request) string { return "" }
		l := New(tt.rule)
		var early float64
		for i := range n {
			var d admission.Demand
			d.Add(admission.Part{Rule: l.list()[0].core, Key: strconv.Itoa(i), Cost: 1})
			if !l.shell.admit(&d) && tt.rule.Mode != Bucket {
				t.Fatal("not admitted")
			}
			if i == 100_000 {
				early = heap()
			}
		}
		late := heap()
		keys, _ := l.list()[0].core.Keys()
		t.Logf("%s: %.1f MB after 100,000 keys, %.1f MB after %d, %d kept", tt.name, early/1e6, late/1e6, n, keys)
		if late > early+1e6 || keys > admission.MaxKeys {
			t.Errorf("%s: %.0f B after 100,000 keys, %.0f B after %d", tt.name, early, late, n)
		}
		runtime.KeepAlive(l)
	}
}

// blocked returns the bytes of heap and of stacks per request that is held up.
func blocked(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper, call func(context.Context) context.Context) (heap, stacks float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*time.Hour)
		rt := wrap(stuck{make(chan *http.Response)})
		if call != nil {
			ctx = call(ctx)
		}
		before := heapAndStacks()
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { _, _ = get(ctx, rt, [...]string{"/", "/1", "/12"}[i%3]) })
		}
		synctest.Wait()
		after := heapAndStacks()
		heap = (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
		// All stacks: many of those that existed before are reused.
		stacks = float64(after.StackInuse) / float64(n)
		cancel()
		wg.Wait()
	})
	return heap, stacks
}

// heapAndStacks collects garbage twice: what pools release in the first collection is freed in the
// second.
func heapAndStacks() runtime.MemStats {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

// stuck is a base that waits for a response that never comes, or for the caller to give up.
type stuck struct{ responses chan *http.Response }

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case resp := <-s.responses:
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func TestBytesPerWaiter(t *testing.T) {
	long.Only(t) // ten thousand goroutines
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = 20_000
	free := func(rt http.RoundTripper) http.RoundTripper { return pass().Wrap(rt) }
	blocked(t, n, free, nil) // grows what is kept for reuse
	heap, stacks := blocked(t, n, free, nil)
	t.Logf("a blocked request takes %.0f B of heap and %.0f B of stack; more than that take", heap, stacks)
	rule := Rule{Limit: 10, Per: time.Hour, MaxQueue: n}
	patient, weighed := rule, rule
	patient.MaxWait = n * time.Hour
	weighed.Cost = func(req *http.Request) int { return len(req.URL.Path) }
	none := func(ctx context.Context) context.Context { return untold{ctx} }
	with := func(rules ...Rule) func(http.RoundTripper) http.RoundTripper {
		return func(rt http.RoundTripper) http.RoundTripper { return New(rules...).Wrap(pass().Wrap(rt)) }
	}
	const most = 600
	// Under Go 1.27 one in forty stacks grows once more, which is 100 B per request. There the
	// bound is that of the heap.
	grows := slices.Contains(build.Default.ReleaseTags, "go1.27")
	for _, tt := range []struct {
		name  string
		wrap  func(http.RoundTripper) http.RoundTripper
		call  func(context.Context) context.Context
		bound int // 1 is at most, -1 is more than that, for the control
	}{
		{"one rule", with(rule), none, 1},
		{"two rules", with(rule, rule), none, 1},
		{"different costs", with(weighed, rule), none, 0},
		{"a priority", with(rule), func(ctx context.Context) context.Context { return transport.Priority(3).Attach(untold{ctx}) }, 1},
		{"a deadline", with(rule), nil, 1},
		{"MaxWait, a timer for each, the control", with(patient), none, -1},
		{"a timer for each and no queue", func(rt http.RoundTripper) http.RoundTripper {
			return pass().Wrap(&reserved{next: pass().Wrap(rt), slot: time.Hour})
		}, nil, 0},
	} {
		// The least of up to five measurements: a stack that grew early, and anything else among
		// the stacks, only adds.
		sum := math.Inf(1)
		for range 5 {
			h, s := blocked(t, n, tt.wrap, tt.call)
			t.Logf("%s: %.0f B of heap, %.0f B of stack", tt.name, h-heap, s-stacks)
			if grows {
				s = stacks
			}
			if sum = min(sum, h-heap+s-stacks); sum <= most || tt.bound < 1 {
				break
			}
		}
		if tt.bound > 0 && sum > most || tt.bound < 0 && sum <= most {
			t.Errorf("%s: a place in the queue takes %.0f B, of %d", tt.name, sum, most)
		}
	}
}
