package timeout

import (
	"crypto/tls"
	"net"
	"slices"
	"time"
)

// shared is a connection that carries more than one call at a time, and what an [AttemptTimeout]
// knows about it. It decides when the connection is dead, and has neither lock nor clock. conns.mu
// guards it.
type shared struct {
	conn   net.Conn
	visits []*visit  // the attempts on it, including those whose response body is open
	alone  [1]*visit // backing array of visits
	past   int64     // what the calls that have left it received
	gone   bool      // it is no longer in the table
	unseen bool      // there were calls on it that the layer does not see

	// since and ended are when the first attempt began and ended that timed out here without
	// anything being received since. They are zero if there is none.
	since, ended time.Time
	seen         int64 // what had been received when the latest such attempt left
}

// quiet is how long a connection must have received nothing before it is closed under the open body
// of another call that has no longer limit of its own. It is what Config.Idle allows a body by
// default.
const quiet = defaultIdle

// received returns how much the calls on s, except v, and those that have left it have received so
// far. It grows with each part of a response.
func (s *shared) received(v *visit) int64 {
	n := s.past
	for _, o := range s.visits {
		if o != v {
			n += o.received()
		}
	}
	return n
}

// enter adds an attempt. unseen is whether calls that s does not know of are on the connection.
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

// timedOut removes an attempt that got no header within its limit, and reports whether the
// connection must be closed: nothing was received on it since the attempt began, and no other call
// is on it. If another call is, an earlier attempt must have timed out before this one began, and
// the silence must be as long as each other call may wait. A single route that does not respond
// must not end the calls of others.
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

// cut closes a connection immediately. Sending the closing alert of TLS could block.
func cut(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	_ = c.Close()
}
