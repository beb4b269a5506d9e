package admission

import (
	"time"

	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A granted waiter reacquires what its request had suspended, a slot say, out of its
// line: how long that takes is not known, and those behind it may be ready. What is
// reserved for it expires after one to two periods and goes to others, since it may
// be long. It then waits at its old place, and its next reservation lasts twice as
// long: so it comes through in the end.
const period = int64(time.Second)

// mostExpiries is the number of expiries after which a reservation lasts no longer.
const mostExpiries = 7

// reacquirers are the waiters that reacquire.
type reacquirers struct {
	list ranked.List[*Waiter]
	next int64 // when the next period ends
}

// expireAt returns when the next period ends, [meter.Never] without waiters.
func (r *reacquirers) expireAt() int64 {
	if r.list.Len() == 0 {
		return meter.Never
	}
	return r.next
}

func (r *reacquirers) remove(w *Waiter) { r.list.Remove(w) }

func (r *reacquirers) add(w *Waiter, now int64) {
	w.state = reacquiring
	w.periods = 1 << min(w.expiries, mostExpiries)
	if r.list.Len() == 0 {
		r.next = now + 2*period
	}
	r.list.PushFront(w)
}

// expire ends a period, if that is due, and returns the waiters whose reservation
// expires with it.
func (r *reacquirers) expire(now int64) (out []*Waiter) {
	if now < r.expireAt() {
		return nil
	}
	r.next = now + period
	for w := r.list.First(); w != nil; w = w.links.Next() {
		if w.periods--; w.periods == 0 {
			w.expiries = min(w.expiries+1, mostExpiries)
			out = append(out, w)
		}
	}
	return out
}

// Reacquire takes w, which may leave, out of its line, for the time in which its
// request reacquires what it had suspended.
func (c *Core) Reacquire(w *Waiter, now int64) {
	if w.state == reacquiring {
		return
	}
	c.sched.leaveLine(w)
	c.sched.reacquiring.add(w, now)
}
