package rttest

import (
	"context"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
)

// A Waiting is a stack in which all but a few requests wait.
type Waiting struct {
	Name string
	Wrap func(http.RoundTripper) http.RoundTripper
}

// KeepsTheStack checks that a request of an [http.Client] that waits in any of the stacks takes at
// most 1.15 times the heap and stack of one that is blocked in the base. free lets every request
// through to the base. n requests wait. The control is the first stack below a layer with a large
// frame, which must exceed the bound.
//
// The client of net/http takes half of the 4 KiB that a goroutine starts with. If the functions
// that a request waits in took the other half, each request would have a stack of 8 KiB.
func KeepsTheStack(t *testing.T, n int, free func(http.RoundTripper) http.RoundTripper, stacks ...Waiting) {
	t.Helper()
	if strconv.IntSize < 64 {
		t.Skip("the frames of 32 bits are half as large, and those of the control fit in")
	}
	underClient(t, n, free) // grows what is kept for reuse
	blocked := underClient(t, n, free)
	check := func(s Waiting, control bool) {
		each := math.Inf(1)
		for range 3 { // anything else among the stacks only adds
			each = min(each, underClient(t, n, s.Wrap))
		}
		t.Logf("%s: %.0f B, %.2f of a blocked request's %.0f B", s.Name, each, each/blocked, blocked)
		if (each > 1.15*blocked) != control {
			t.Errorf("%s: a waiter takes %.0f B, %.2f of a blocked request's", s.Name, each, each/blocked)
		}
	}
	for _, s := range stacks {
		check(s, false)
	}
	check(Waiting{"a deep stack, the control", func(rt http.RoundTripper) http.RoundTripper { return deep{stacks[0].Wrap(rt)} }}, true)
}

// underClient returns the bytes of heap and stack per request of a client whose requests are held
// up.
func underClient(t *testing.T, n int, wrap func(http.RoundTripper) http.RoundTripper) (each float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := &http.Client{Transport: wrap(stuck{make(chan *http.Response)})}
		before := heapAndStacks()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, URL, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if resp, err := c.Do(req); err == nil {
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

func heapAndStacks() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC() // what pools release in the first collection is freed in the second
	runtime.ReadMemStats(&m)
	return m
}

// stuck is a base that waits for a response that never comes, or for the caller to give up, as
// net/http does.
type stuck struct{ response chan *http.Response }

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case resp := <-s.response:
		return resp, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// deep is a layer with a frame of a kibibyte.
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
