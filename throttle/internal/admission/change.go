package admission

import (
	"slices"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// Arm begins or prolongs the pause of a key. A shorter one never cuts it. Waiters whose deadline it
// passes are rejected. Arm returns how long the pause is to be, and whether that is worth an event.
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

// rejectLate rejects the waiters of a group whose deadline is before the end of the pause.
func (sc *scheduler) rejectLate(g *group, p *pauses.Pause, now int64) {
	until := p.Until()
	for _, q := range slices.Backward(g.queues) { // backward: when a queue is dropped, the last one takes its place
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

// reject removes a waiter from its queue and wakes it with the reason.
func (sc *scheduler) reject(w *Waiter, r *Rejection) {
	sc.leave(w)
	w.state = gone
	w.makeLater().rejection = r
	sc.wake(w)
}

// SetLaws gives rules new laws. Everything counted stays. It rejects waiters whose cost no window
// will ever hold.
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

// Close rejects all waiters in queues.
func (c *Core) Close(now int64) {
	c.sched.each(func(_ *Queue, w *Waiter) { c.sched.reject(w, &Rejection{Reason: Closed}) })
	c.sched.scan(now)
}

// each calls do for every waiter in a queue. do may remove it from the queue.
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

// Pauses returns the pauses. The caller must not arm them directly, but with [Core.Arm].
func (c *Core) Pauses() *pauses.Table { return &c.sched.pauses }
