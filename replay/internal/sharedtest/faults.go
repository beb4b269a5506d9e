package sharedtest

import (
	"net"
	"time"
)

// A Way is the direction of what passes a Relay.
type Way string

// The two ways.
const (
	ToServer Way = "to the server"
	ToClient Way = "to the client"
)

// A Fault is what happens to a connection.
type Fault string

// The faults.
const (
	Closed Fault = "closed" // both ends see its end
	Reset  Fault = "reset"  // both ends get a reset
	Silent Fault = "silent" // nothing more passes, and neither end notices
)

// A breach is a fault that will happen.
type breach struct {
	way   Way
	left  int // the bytes that pass before
	fault Fault
}

// BreakAfter lets n more bytes pass one way, of all connections together, and then lets a fault
// happen to the connection of the last one. It replaces an earlier one that has not happened.
func (r *Relay) BreakAfter(way Way, n int, fault Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breach, r.broken = &breach{way, n, fault}, false
}

// Broken reports whether what BreakAfter was last called for has happened, and forgets it if not.
func (r *Relay) Broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breach = nil
	return r.broken
}

// Slow lets what comes pass in pieces of n bytes, with a pause after each. 0 and 0 end that.
func (r *Relay) Slow(n int, pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.piece, r.pause = n, pause
}

// Silence lets the next request that holds text reach the server, and from then on passes nothing of
// its connection, not even its end: neither the client nor the server notices.
func (r *Relay) Silence(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quietAt = []byte(text)
}

// Silenced reports whether Silence has done what it was called for.
func (r *Relay) Silenced() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.quietAt == nil
}

// reachesLocked returns how much passes of n bytes that come one way, and what happens then, if
// anything. The caller holds r.mu.
func (r *Relay) reachesLocked(way Way, n int) (int, Fault) {
	b := r.breach
	switch {
	case b == nil || b.way != way:
		return n, ""
	case n < b.left:
		b.left -= n
		return n, ""
	}
	r.breach, r.broken = nil, true
	return b.left, b.fault
}

// happen lets a fault happen to a connection through the relay, which has two.
func (f Fault) happen(a, b net.Conn) {
	switch f {
	case Closed, Reset:
		for _, c := range []net.Conn{a, b} {
			if t, ok := c.(*net.TCPConn); ok && f == Reset {
				_ = t.SetLinger(0)
			}
			_ = c.Close()
		}
	case Silent:
	}
}

// write writes in pieces, with a pause after each. 0 is all at once.
func write(to net.Conn, b []byte, piece int, pause time.Duration) {
	for len(b) > 0 {
		n := len(b)
		if piece > 0 {
			n = min(n, piece)
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
		b = b[n:]
		if pause > 0 {
			time.Sleep(pause)
		}
	}
}
