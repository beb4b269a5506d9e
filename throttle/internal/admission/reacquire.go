package admission

import (
	"time"

	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A granted waiter leaves its line to reacquire what its request had suspended, such as a slot.
// That may take any time, and waiters behind it may be ready. Its reservation expires after two
// periods and goes to others. The waiter then waits at its old place, and its next reservation
// lasts longer (3, 5, 9 ... periods), so that it succeeds in the end.
const period = int64(time.Second)

// mostExpiries is the number of expiries after which a reservation no longer gets longer.
const mostExpiries = 7

// reacquirers are the waiters that reacquire, in the order in which their reservations expire.
// While a waiter is one of them, the rank in its links is that instant.
type reacquirers struct{ list ranked.List[*Waiter] }

// expireAt returns when the next reservation expires, or [meter.Never].
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

// remove removes w and restores its rank in the queue.
func (r *reacquirers) remove(w *Waiter) {
	r.list.Remove(w)
	w.queue.reacquiring--
	w.links.Rank = w.makeLater().rank
}

// expired returns a waiter whose reservation has expired, or nil.
func (r *reacquirers) expired(now int64) *Waiter {
	if now < r.expireAt() {
		return nil
	}
	w := r.list.First()
	w.expiries = min(w.expiries+1, mostExpiries)
	return w
}

// Reacquire takes w, which may leave, out of its line while its request reacquires what it had
// suspended.
func (c *Core) Reacquire(w *Waiter, now int64) {
	if w.state == reacquiring {
		return
	}
	c.sched.leaveLine(w)
	c.sched.reacquiring.add(w, now)
}
