package rttest

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// A Hop passes TCP connections on to a server, until [Hop.Swallow] makes those that it has dead.
type Hop struct {
	net.Listener
	to    string
	dials atomic.Int64

	mu    sync.Mutex // mu guards conns and dead
	conns []net.Conn
	dead  []*atomic.Bool
}

// NewHop returns a hop to an address. The end of the test closes it.
func NewHop(t *testing.T, to string) *Hop {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &Hop{Listener: l, to: to}
	go h.serve(t.Context())
	t.Cleanup(func() {
		_ = l.Close()
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, c := range h.conns {
			_ = c.Close()
		}
	})
	return h
}

// Dials returns how many connections have arrived.
func (h *Hop) Dials() int { return int(h.dials.Load()) }

// Swallow makes the current connections of the hop dead: they stay open, but nothing comes through
// them. Later connections work.
func (h *Hop) Swallow() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.dead {
		d.Store(true)
	}
}

func (h *Hop) serve(ctx context.Context) {
	for {
		in, err := h.Accept()
		if err != nil {
			return
		}
		out, err := new(net.Dialer).DialContext(ctx, "tcp", h.to)
		if err != nil {
			_ = in.Close()
			return
		}
		h.dials.Add(1)
		dead := new(atomic.Bool)
		h.mu.Lock()
		h.conns = append(h.conns, in, out)
		h.dead = append(h.dead, dead)
		h.mu.Unlock()
		go pass(in, out, dead)
		go pass(out, in, dead)
	}
}

func pass(to, from net.Conn, dead *atomic.Bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		switch {
		case dead.Load() && err != nil:
			return
		case dead.Load():
			continue
		}
		_, _ = to.Write(buf[:n])
		if err != nil {
			_ = to.Close()
			return
		}
	}
}
