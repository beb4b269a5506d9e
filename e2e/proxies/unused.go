package main

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// unused gives each worker a connection that was dialed but not used, because another one became
// free first. The worker makes a call on it about d after it was dialed.
func unused(workers int, d, spread time.Duration) load {
	return func(ctx context.Context, n *ids, _ *daemon, k kind, url string, fresh func() *client) []call {
		return gather(workers, func(i int) []call {
			c := fresh()
			defer c.base.CloseIdleConnections()
			var dials atomic.Int64
			first, second := make(chan struct{}), make(chan time.Time, 1)
			c.base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials.Add(1) == 2 {
					<-first // the request has got the connection that became free
					conn, err := new(net.Dialer).DialContext(ctx, network, addr)
					second <- time.Now()
					return conn, err
				}
				return new(net.Dialer).DialContext(ctx, network, addr)
			}
			both := make(chan call, 2)
			for range 2 {
				go func() { both <- c.send(ctx, n, get, url) }()
			}
			made := []call{<-both, <-both}
			made[0].kind, made[1].kind = earlier, earlier
			close(first)
			if dials.Load() < 2 {
				return made // the first connection became free before the second was dialed
			}
			at := <-second
			time.Sleep(time.Until(at.Add(d - spread + 2*spread*time.Duration(i)/time.Duration(workers))))
			return append(made, c.send(ctx, n, k, url))
		})
	}
}
