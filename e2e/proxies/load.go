package main

import (
	"context"
	"sync"
	"time"
)

// load is how the requests of a case are made.
type load func(ctx context.Context, n *ids, d *daemon, k kind, url string, fresh func() *client) []call

// together runs the workers at a time, each with the number of calls, on one client.
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

// idle lets each of the workers, with a client of its own, be idle for about the time,
// between spread less and spread more, and then make a call.
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

// reloading lets the workers make calls while the proxy is reloaded.
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

// gather runs f for each worker, and returns what all of them made.
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
