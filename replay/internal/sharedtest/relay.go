package sharedtest

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// A Relay passes bytes between a store and a server, and can be made to stop.
type Relay struct {
	Addr string // where it listens

	target string

	mu      sync.Mutex // mu guards the fields below
	mute    bool       // whether it drops what the server sends
	deaf    bool       // whether it closes each new connection
	cutAt   []byte     // it drops the reply to the next request with this text and closes the connection; nil for none
	deafAt  bool       // whether it is deaf after that
	quietAt []byte     // nothing passes of the connection of the next request with this text; nil for none
	breach  *breach    // the fault that BreakAfter has asked for; nil for none
	broken  bool       // whether it has happened
	piece   int        // how many bytes pass at once; 0 for all
	pause   time.Duration
	conns   []net.Conn
	replies int // the number of replies that were cut
	muted   int // the number of bytes that were dropped because of mute
}

// NewRelay returns a relay to the server at target, which runs until the test ends.
func NewRelay(tb testing.TB, target string) *Relay {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	tapetest.Must(tb, err)
	r := &Relay{Addr: l.Addr().String(), target: target}
	tb.Cleanup(func() {
		_ = l.Close()
		r.Cut()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.connect(c)
		}
	}()
	return r
}

// Mute starts or stops dropping what the server sends.
func (r *Relay) Mute(mute bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mute = mute
}

// Deaf starts or stops closing each new connection at once.
func (r *Relay) Deaf(deaf bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deaf = deaf
}

// Cut ends all connections.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

// CutReply lets the next request that holds text reach the server, and closes its connection
// instead of passing on the reply, so that the client does not know what was done. With deaf, no
// new connection lasts from then on.
func (r *Relay) CutReply(text string, deaf bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cutAt, r.deafAt = []byte(text), deaf
}

// Replies returns how many replies were cut by CutReply.
func (r *Relay) Replies() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.replies
}

func (r *Relay) connect(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	up, err := net.Dial("tcp", r.target)
	if err != nil || r.deaf {
		_ = c.Close()
		if err == nil {
			_ = up.Close()
		}
		return
	}
	r.conns = append(r.conns, c, up)
	cut, quiet := new(bool), new(bool) // r.mu guards them
	go r.pump(up, c, ToServer, quiet, func(b []byte) bool {
		if r.cutAt != nil && bytes.Contains(b, r.cutAt) {
			r.cutAt = nil
			*cut = true
		}
		if *quiet {
			return false
		}
		if r.quietAt != nil && bytes.Contains(b, r.quietAt) {
			r.quietAt = nil
			*quiet = true // after this
		}
		return true
	})
	go r.pump(c, up, ToClient, quiet, func(b []byte) bool {
		if *cut { // the server has executed the request
			_, _ = up.Close(), c.Close()
			r.deaf = r.deaf || r.deafAt
			r.replies++
		}
		if r.mute {
			r.muted += len(b)
		}
		return !r.mute && !*cut && !*quiet
	})
}

// pump copies what passes one way. It calls passes with r.mu locked. The end of a connection that is
// quiet does not pass either.
func (r *Relay) pump(to, from net.Conn, way Way, quiet *bool, passes func(b []byte) bool) {
	b := make([]byte, 1<<20)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		if err != nil {
			if !*quiet {
				_ = to.Close()
			}
			r.mu.Unlock()
			return
		}
		n, fault := r.reachesLocked(way, n)
		on := passes(b[:n])
		piece, pause := r.piece, r.pause
		if fault == Silent {
			*quiet = true
		}
		r.mu.Unlock()
		if on {
			write(to, b[:n], piece, pause)
		}
		fault.happen(to, from)
	}
}
