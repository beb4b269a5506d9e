package admission

import (
	"time"

	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A granted waiter reacquires what its request had suspended, a slot say, out of its
// line: how long that takes is not known, and those behind it may be ready. What is
// reserved for it expires after two periods and goes to others, since it may be long.
// It then waits at its old place, and its next reservation lasts longer (3, 5, 9 ...
// periods): so it comes through in the end.
const period = int64(time.Second)

// mostExpiries is the number of expiries after which a reservation lasts no longer.
const mostExpiries = 7

// reacquirers are the waiters that reacquire, in the order in which their
// reservations expire: while a waiter is one of them, its links rank it by that
// instant.
type reacquirers struct{ list ranked.List[*Waiter] }

// expireAt returns when the next reservation expires, [meter.Never] without waiters.
func (r *reacquirers) expireAt() int64 {
	if w := r.list.First(); w != nil {
		return w.links.Rank
	}
	return meter.Never
}

func (r *reacquirers) add(w *Waiter, now int64) {
	w.state = reacquiring
	w.makeLater().rank = w.links.Rank
	w.links.Rank = now + period*(1+1<<min(w.expiries, mostExpiries))
	w.queue.reacquiring++
	r.list.Insert(w)
}

// remove takes w out and gives it back its rank in the queue.
func (r *reacquirers) remove(w *Waiter) {
	r.list.Remove(w)
	w.queue.reacquiring--
	w.links.Rank = w.makeLater().rank
}

// expired returns a waiter whose reservation has expired, nil if there is none.
func (r *reacquirers) expired(now int64) *Waiter {
	if now < r.expireAt() {
		return nil
	}
	w := r.list.First()
	w.expiries = min(w.expiries+1, mostExpiries)
	return w
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
