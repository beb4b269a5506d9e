package timeout

import (
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/traced"
)

// conns are the shared connections that have a call of the layer on them. When an attempt times
// out, net/http closes its connection if that is HTTP/1. It keeps an HTTP/2 connection, for the
// sake of the other calls on it, and gives it to the next attempt even if the peer is gone.
type conns struct {
	mu   sync.Mutex // mu guards open, each shared in it, left, and the fields of a visit that say so
	open map[net.Conn]*shared
	left left

	plain atomic.Uint32 // the protocol of connections without TLS

	traceKey any // see traced.Key
}

// left is the connection that a call of the layer has left most recently. For a moment net/http may
// still count the call.
type left struct {
	conn   net.Conn
	at     time.Time
	others bool // there were calls on it that the layer does not see
}

// moment is how long net/http may take to notice that a call has left.
const moment = time.Second

// unseen reports whether c, on which the layer sees no call, is in use by calls that it does not
// see. inUse is what net/http says.
func (l *left) unseen(c net.Conn, inUse bool) bool {
	if inUse && c == l.conn && time.Since(l.at) < moment {
		return l.others
	}
	return inUse
}

// The protocol of connections without TLS, as a response has shown.
const (
	plainUnknown uint32 = iota
	plainHTTP1
	plainHTTP2
)

// maxConns bounds how many connections the table holds because of bodies that are never closed. A
// connection that has no place in it is never closed.
const maxConns = 1024

// multiplexed reports whether c may carry more than one call at a time and may be closed.
func (cs *conns) multiplexed(c net.Conn) (yes, plain bool) {
	if t, ok := c.(*tls.Conn); ok {
		return t.ConnectionState().NegotiatedProtocol == "h2", false
	}
	if c == nil || traced.QUIC(c) {
		return false, false
	}
	if cs.plain.Load() == plainHTTP1 {
		return false, true
	}
	return reflect.TypeOf(c).Kind() == reflect.Pointer, true // other types may not be comparable
}

// learn records that a response over a connection without TLS had the protocol HTTP/major.
func (cs *conns) learn(major int) {
	if major >= 2 {
		cs.plain.Store(plainHTTP2)
	} else {
		cs.plain.CompareAndSwap(plainUnknown, plainHTTP1)
	}
}

// enter records the connection that an attempt got. It reports false for an attempt whose time is
// over, of which nothing must be sent.
func (cs *conns) enter(v *visit, i httptrace.GotConnInfo) bool {
	yes, plain := cs.multiplexed(i.Conn)
	v.plain.Store(plain)
	if !yes && !v.tracked.Load() {
		return !v.late.Load()
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if v.at != nil { // the request is being sent again
		cs.leaveLocked(v)
		v.responded.Store(false)
	}
	v.tracked.Store(true)
	if !yes || v.over.Load() || v.late.Load() { // leave and timedOut use these and tracked in the opposite order
		return !v.late.Load()
	}
	s := cs.open[i.Conn]
	if s == nil {
		s = cs.addLocked(i.Conn)
	}
	s.enter(v, cs.left.unseen(i.Conn, i.Reused && !i.WasIdle), time.Now())
	return true
}

// exclusive reports whether a connection that a late attempt got carries no other call, as far as
// the layer knows. It reports false for HTTP/2 and HTTP/3, which look at the context before they
// write.
func (cs *conns) exclusive(i httptrace.GotConnInfo) bool {
	switch yes, plain := cs.multiplexed(i.Conn); {
	case i.Conn == nil, traced.QUIC(i.Conn):
		return false
	case !yes:
		return true
	case !plain, cs.plain.Load() == plainHTTP2:
		return false
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.open[i.Conn] == nil && (!i.Reused || i.WasIdle)
}

func (cs *conns) addLocked(c net.Conn) *shared {
	if cs.open == nil {
		cs.open = make(map[net.Conn]*shared)
	}
	if len(cs.open) >= maxConns {
		for other, s := range cs.open {
			s.gone = true
			delete(cs.open, other)
			break
		}
	}
	s := &shared{conn: c}
	cs.open[c] = s
	return s
}

// leave removes an attempt from its connection for good.
func (cs *conns) leave(v *visit) {
	v.over.Store(true)
	if v.tracked.Load() {
		cs.mu.Lock()
		defer cs.mu.Unlock()
		cs.leaveLocked(v)
	}
}

func (cs *conns) leaveLocked(v *visit) {
	if s := v.at; s != nil {
		s.leave(v)
		if len(s.visits) == 0 {
			cs.left = left{s.conn, time.Now(), s.unseen}
		}
		cs.removeLocked(s, len(s.visits) == 0)
	}
}

// removeLocked removes s from the table if yes is set. mu must be held.
func (cs *conns) removeLocked(s *shared, yes bool) {
	if yes && !s.gone {
		s.gone = true
		delete(cs.open, s.conn)
	}
}

// timedOut removes an attempt whose time is over from its connection, and closes the connection if
// it is dead as far as the layer can know. It reports whether it closed it.
func (cs *conns) timedOut(v *visit) bool {
	cs.mu.Lock()
	v.late.Store(true)
	s := v.at
	if s == nil {
		cs.mu.Unlock()
		return false
	}
	known := !s.gone
	dead := s.timedOut(v, time.Now()) && known
	cs.removeLocked(s, dead || len(s.visits) == 0)
	cs.mu.Unlock()
	if dead {
		v.cut.Store(true)
		cut(s.conn)
	}
	return dead
}
