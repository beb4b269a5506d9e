package timeout

import (
	"crypto/tls"
	"net"
	"slices"
	"time"
)

// shared is a connection that carries more than one call at a time, and what an
// [AttemptTimeout] knows of it. It decides when the connection is dead, and has neither
// lock nor clock: conns has the lock.
type shared struct {
	conn   net.Conn
	visits []*visit  // the attempts that are on it, and the responses whose bodies are open
	alone  [1]*visit // the place of the first of them
	past   int64     // what those received that have left it
	gone   bool      // it is not in the table any more
	unseen bool      // calls were on it that the layer does not see

	// When the first of the attempts began, and ended, that timed out here without
	// anything being received since; zero if there is none.
	since, ended time.Time
	seen         int64 // what had been received when the latest of them had left
}

// quiet is how long a connection must have received nothing before it is closed under
// the open body of another call, if that has no longer limit of its own. It is what
// Config.Idle allows a body by default.
const quiet = defaultIdle

// received returns what the calls on s, v excepted, and those that have left it have
// received so far: a number that grows with each part of a response.
func (s *shared) received(v *visit) int64 {
	n := s.past
	for _, o := range s.visits {
		if o != v {
			n += o.received()
		}
	}
	return n
}

// enter adds an attempt. unseen is whether others than s knows of were on the connection.
func (s *shared) enter(v *visit, unseen bool, now time.Time) {
	v.at, v.since, v.before = s, now, s.received(v)
	if len(s.visits) == 0 {
		s.unseen = unseen
	}
	if s.visits == nil {
		s.visits = s.alone[:0]
	}
	s.visits = append(s.visits, v)
}

// leave removes an attempt.
func (s *shared) leave(v *visit) {
	s.past += v.received()
	v.at = nil
	if i := slices.Index(s.visits, v); i >= 0 {
		s.visits = slices.Delete(s.visits, i, i+1)
	}
}

// timedOut removes an attempt that got no header within its limit, and reports whether
// the connection is to be closed: nothing was received on it since the attempt began,
// and no other call is on it. If another one is, an earlier attempt must have timed out
// before this one began, and the silence must be as long as each other call may wait: a
// single route that does not respond must not end the calls of the others.
func (s *shared) timedOut(v *visit, now time.Time) bool {
	got := s.received(v)
	silent := got == v.before && !v.responded.Load()
	repeated := !s.since.IsZero() && s.seen == got && !v.since.Before(s.ended)
	s.leave(v)
	if !silent {
		s.since = time.Time{}
		return false
	}
	if s.since.IsZero() || s.seen != got {
		s.since, s.ended = v.since, now
	}
	s.seen = s.received(nil)
	switch {
	case s.unseen:
		return false
	case len(s.visits) == 0:
		return true
	}
	return repeated && now.Sub(s.since) >= s.patience()
}

// patience returns how long the calls on s may wait without receiving anything.
func (s *shared) patience() (d time.Duration) {
	for _, v := range s.visits {
		if l := v.deadline.rule.limit; l > 0 && !v.responded.Load() {
			d = max(d, l)
		} else {
			d = max(d, quiet, v.deadline.patience)
		}
	}
	return d
}

// cut closes a connection at once: the alert with which TLS says goodbye could block.
func cut(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	_ = c.Close()
}
