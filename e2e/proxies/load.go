package main

import (
	"context"
	"sync"
	"time"
)

// load makes the requests of a case.
type load func(ctx context.Context, n *ids, d *daemon, k kind, url string, fresh func() *client) []call

// together runs workers concurrently on one client. Each makes the given number of calls.
func together(workers, calls int) load {
	return func(ctx context.Context, n *ids, _ *daemon, k kind, url string, fresh func() *client) []call {
		c := fresh()
		defer c.base.CloseIdleConnections()
		return gather(workers, func(int) (made []call) {
			for range calls {
				made = append(made, c.send(ctx, n, k, url))
			}
			return made
		})
	}
}

// idle gives each worker a client of its own, which makes a call after being idle for d, give or
// take spread.
func idle(workers int, d, spread time.Duration) load {
	return func(ctx context.Context, n *ids, _ *daemon, k kind, url string, fresh func() *client) []call {
		return gather(workers, func(i int) []call {
			c := fresh()
			defer c.base.CloseIdleConnections()
			before := c.send(ctx, n, get, url)
			before.kind = earlier
			time.Sleep(d - spread + 2*spread*time.Duration(i)/time.Duration(workers))
			return []call{before, c.send(ctx, n, k, url)}
		})
	}
}

// reloading lets workers make calls while the proxy is reloaded.
func reloading(workers, reloads int, every time.Duration) load {
	return func(ctx context.Context, n *ids, d *daemon, k kind, url string, fresh func() *client) []call {
		c := fresh()
		defer c.base.CloseIdleConnections()
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			for range reloads {
				time.Sleep(every)
				_ = d.reload()
			}
			time.Sleep(every / 2)
		}()
		return gather(workers, func(int) (made []call) {
			for {
				select {
				case <-stop:
					return made
				default:
					made = append(made, c.send(ctx, n, k, url))
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
}

// gather runs f for each worker concurrently, and returns the calls of all.
func gather(workers int, f func(i int) []call) (all []call) {
	var mu sync.Mutex // mu guards all
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			made := f(i)
			mu.Lock()
			all = append(all, made...)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}
