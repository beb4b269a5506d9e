package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle"
)

// The figures of waiting requests.
const (
	waiterBytes = "bytes of heap and stack of a waiting request: "
	blockedName = "blocked in the base, no layer"
	keysCancel  = "processor µs to cancel a waiter, keys: "
	keysCome    = "processor µs for a waiter to come, keys: "
)

// waitingRequests is how many requests wait at the same time.
const waitingRequests = 2000

// waiters returns the stacks whose waiting requests are measured, under an http.Client. Each lets
// one request go and makes the others wait. In the first, all wait for the base.
func waiters() []struct {
	name string
	wrap func(http.RoundTripper) http.RoundTripper
} {
	one := func(l gracy.Layer) func(http.RoundTripper) http.RoundTripper {
		return func(base http.RoundTripper) http.RoundTripper { return gracy.Around(base, l) }
	}
	return []struct {
		name string
		wrap func(http.RoundTripper) http.RoundTripper
	}{
		{blockedName, func(base http.RoundTripper) http.RoundTripper { return base }},
		{"concurrency", one(concurrency.New(concurrency.Limit{Max: 1, MaxQueue: waitingRequests}))},
		{"throttle", one(throttle.New(throttle.Rule{Limit: 1, Per: time.Hour}))},
		{"x/sync/semaphore by hand", func(base http.RoundTripper) http.RoundTripper {
			return slotToBodyEnd(semaphore.NewWeighted(1), base)
		}},
	}
}

// runWaiters is the command "waiters": it measures the memory and time of waiting requests, and
// prints the figures.
func runWaiters(ctx context.Context, out io.Writer) error {
	figures := make(map[string]float64)
	// The first goroutines of a process are allocated. Later ones reuse them.
	if _, err := weigh(ctx, waiters()[0].wrap); err != nil {
		return err
	}
	for _, w := range waiters() {
		n, err := weigh(ctx, w.wrap)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		figures[waiterBytes+w.name] = n
	}
	for _, keys := range []int{1000, 10_000} {
		come, leave, err := keyed(ctx, keys)
		if err != nil {
			return err
		}
		figures[keysCome+strconv.Itoa(keys)], figures[keysCancel+strconv.Itoa(keys)] = come, leave
	}
	return json.NewEncoder(out).Encode(figures)
}

// weigh returns how many bytes of heap and stack a waiting request takes.
func weigh(ctx context.Context, wrap func(http.RoundTripper) http.RoundTripper) (float64, error) {
	client := &http.Client{Transport: wrap(roundTrip(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}))}
	before := inUse()
	waiting, err := wait(ctx, waitingRequests, func(ctx context.Context, _ int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target().String(), nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		switch {
		case err == nil:
			return errors.Join(errors.New("a request that should wait was sent"), resp.Body.Close())
		case !errors.Is(err, context.Canceled):
			return fmt.Errorf("a request that should wait failed: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	after := inUse()
	return (after - before) / waitingRequests, waiting.cancel()
}

// inUse returns the bytes of heap and stacks in use.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) + float64(m.StackInuse)
}

// keyed makes a waiter for each of keys keys. It returns the µs of processor time for one to come,
// and for one to leave when all are canceled at once.
func keyed(ctx context.Context, keys int) (come, leave float64, err error) {
	rt := gracy.Around(newStub(false), throttle.New(throttle.Rule{
		Limit: 1, Per: time.Hour, Key: func(req *http.Request) string { return req.Header.Get("X-Tenant") },
	}))
	call := func(ctx context.Context, i int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target().String(), nil)
		if err != nil {
			return err
		}
		req.Header.Set("X-Tenant", strconv.Itoa(i))
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return err
		}
		return finish(resp, make([]byte, 512))
	}
	for i := range keys {
		if err := call(ctx, i); err != nil {
			return 0, 0, err
		}
	}
	start := processor()
	waiting, err := wait(ctx, keys, func(ctx context.Context, i int) error {
		if err := call(ctx, i); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("a request over its rate does not wait: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	come = float64(processor()-start) / 1e3 / float64(keys)
	start = processor()
	err = waiting.cancel()
	return come, float64(processor()-start) / 1e3 / float64(keys), err
}

// A crowd is a number of goroutines that wait until it is canceled.
type crowd struct {
	stop context.CancelFunc
	done sync.WaitGroup
	mu   sync.Mutex // mu guards err.
	err  error
}

// wait starts n goroutines, and returns when all of them have blocked.
func wait(ctx context.Context, n int, do func(ctx context.Context, i int) error) (*crowd, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &crowd{stop: cancel}
	for i := range n {
		c.done.Go(func() {
			err := do(ctx, i)
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.err == nil {
				c.err = err // one error is enough
			}
		})
	}
	// A goroutine that yields goes to the end of the run queue. On several processors a few may
	// still be running.
	for range 1000 {
		runtime.Gosched()
	}
	if err := quiet(ctx); err != nil {
		return nil, errors.Join(err, c.cancel())
	}
	return c, nil
}

// quiet returns when the process has used next to no processor time for a while.
func quiet(ctx context.Context) error {
	const beat = 20 * time.Millisecond
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for last, calm := processor(), 0; calm < 3; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now := processor()
		if calm++; now-last > beat/10 {
			calm = 0
		}
		last = now
	}
	return nil
}

// cancel ends the wait of all goroutines.
func (c *crowd) cancel() error {
	c.stop()
	c.done.Wait()
	return c.err
}
