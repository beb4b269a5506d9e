package admission

import (
	"slices"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Arm begins or prolongs the pause of a key; a shorter one never cuts. Waiters whose
// deadline it has passed are rejected. It returns how long the pause is to be and
// whether that is worth an event.
func (c *Core) Arm(key pauses.Key, o pauses.Order, now int64) (wait time.Duration, fresh bool) {
	a := c.sched.pauses.Arm(key, now, o)
	if a.Evicted != nil {
		c.sched.improvedGroup(c.sched.queues.groups[a.Evicted.Key()])
	}
	g := c.sched.queues.groups[key]
	if a.New && g != nil {
		g.pause = a.Pause
		a.Pause.Waiting = g.waiting
	}
	if !a.Longer {
		c.sched.scan(now)
		return a.Wait, false
	}
	if g != nil {
		c.sched.rejectLate(g, a.Pause, now)
	}
	c.sched.scan(now)
	return a.Wait, a.Fresh
}

// rejectLate rejects the waiters of a group whose deadline the pause has passed.
func (sc *scheduler) rejectLate(g *group, p *pauses.Pause, now int64) {
	until := p.Until()
	for _, q := range slices.Backward(g.queues) { // a queue that is dropped makes room for the last one
		for w := q.waiters.First(); w != nil; {
			next := w.links.Next()
			if w.deadline < until {
				r := pauseRejection(p, time.Duration(until-now), q.waiters.Len()-1)
				sc.reject(w, r.late(w, now, until, 0))
			}
			w = next
		}
		sc.seed(q)
	}
}

// reject takes a waiter out of its queue, and wakes it with the reason.
func (sc *scheduler) reject(w *Waiter, r *Rejection) {
	sc.leave(w)
	w.state = gone
	w.makeLater().rejection = r
	sc.wake(w)
}

// SetLaws makes rules go by other laws from now on, and forgets nothing. Waiters
// that no window will ever hold are rejected.
func (c *Core) SetLaws(rules []*Rule, laws []Law, now int64) {
	for i, r := range rules {
		r.adopt(laws[i])
	}
	c.sched.each(func(q *Queue, w *Waiter) {
		if r := q.tooHeavy(w); r != nil {
			c.sched.reject(w, r)
		}
	})
	for _, q := range c.sched.queues.byKey {
		c.sched.seed(q)
	}
	c.sched.scan(now)
}

// Close rejects all that are in queues.
func (c *Core) Close(now int64) {
	c.sched.each(func(_ *Queue, w *Waiter) { c.sched.reject(w, &Rejection{Reason: Closed}) })
	c.sched.scan(now)
}

// each calls do for every waiter in a queue, which do may take out of it.
func (sc *scheduler) each(do func(*Queue, *Waiter)) {
	for _, g := range sc.queues.groups {
		for _, q := range slices.Backward(g.queues) {
			for w := q.waiters.First(); w != nil; {
				next := w.links.Next()
				do(q, w)
				w = next
			}
		}
	}
}

// Waiting returns how many requests are in queues.
func (c *Core) Waiting() int { return c.sched.queues.waiting }

// Pauses returns the pauses, which the caller must not arm: [Core.Arm] does that.
func (c *Core) Pauses() *pauses.Table { return &c.sched.pauses }
