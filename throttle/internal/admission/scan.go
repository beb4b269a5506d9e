package admission

import (
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// seed makes the next scan look at the head of q.
func (c *Core) seed(q *Queue) {
	if !q.seeded && q.waiters.Len() > 0 {
		q.seeded = true
		c.seeds = append(c.seeds, q)
	}
}

// improved is for a resource of which there may be more than before: the next scan
// looks at the heads that it held back.
func (c *Core) improved(s *Resource) {
	if s.full == 0 && s.held == 0 {
		return
	}
	for _, q := range s.queues {
		c.seed(q)
	}
}

// improvedGroup is that for a pause.
func (c *Core) improvedGroup(g *group) {
	if g == nil || g.held == 0 {
		return
	}
	for _, q := range g.queues {
		c.seed(q)
	}
}

// scan grants what fits to those at the heads of the queues, the oldest first. It
// looks at the heads that an event concerns (the seeds), at those that the clock may
// let go by now, and where there is not enough for all, at those that share a
// resource with them: an older one may need it too.
func (c *Core) scan(now int64) {
	for c.queues.due.least() <= now {
		q := c.queues.due.first()
		c.queues.due.remove(q)
		c.seed(q)
	}
	if len(c.seeds) == 0 {
		return
	}
	c.scans++
	for i := 0; i < len(c.seeds); i++ {
		c.reach(c.seeds[i], now)
	}
	for _, q := range c.seeds {
		q.seeded = false
		if q.waiters.Len() > 0 {
			c.work.put(q, q.rank())
		}
	}
	clear(c.seeds)
	c.seeds = c.seeds[:0]
	for q := c.work.first(); q != nil; q = c.work.first() {
		c.work.remove(q)
		if c.look(q, now) {
			c.grant(q, now)
			if q.waiters.Len() > 0 {
				c.work.put(q, q.rank())
			}
		}
	}
}

// reach makes the scan look at the heads that share a resource with q, where what
// becomes of one of them may depend on the other.
func (c *Core) reach(q *Queue, now int64) {
	known, ready := false, false
	for i := range q.parts {
		s := q.parts[i].resource
		if s.reached == c.scans || len(s.queues) == 1 || q.waiters.Len() == 0 {
			continue
		}
		if s.held == 0 {
			if s.fits(now, s.queued) {
				continue
			}
			if !known {
				at, _, _ := c.earliest(q, now)
				known, ready = true, at <= now
			}
			if !ready {
				continue // its turn has not come, whatever the others need
			}
		}
		s.reached = c.scans
		for _, x := range s.queues {
			c.seed(x)
		}
	}
}

// look reports whether the head of q may be granted what it needs. If it may not,
// the head is reserved for, and looked at again when that may help.
func (c *Core) look(q *Queue, now int64) (grants bool) {
	w := q.waiters.First()
	at, known, ask := c.earliest(q, now)
	from, again, waits := q.heldBack(c.scans, now)
	due := int64(meter.Never)
	switch {
	case w.ask > 0:
		from = now
	case at > now:
		due, from = at, known
	case waits:
		due = again
	case ask > 0:
		c.tellToAsk(w, ask)
		from = now
	default:
		return true
	}
	q.reserve(c.scans, now, from)
	if due == meter.Never {
		c.queues.due.remove(q)
	} else {
		c.queues.due.put(q, due)
	}
	return false
}

// tellToAsk makes w ask the store of part ask, counted from 1.
func (c *Core) tellToAsk(w *Waiter, ask int) {
	w.ask = uint16(ask) //nolint:gosec // as many as there are rules
	w.queue.find(ask-1, full)
	w.queue.parts[ask-1].resource.tokens.Ask(true)
	c.wake(w)
}

// earliest returns when the head of q fits by itself; known is the part of that
// which the clock decides, ask the first part whose store is to be asked, counted
// from 1, if nothing else is in the way. It notes what the head finds.
func (c *Core) earliest(q *Queue, now int64) (at, known int64, ask int) {
	c.looks++
	w := q.waiters.First()
	at, known = now, now
	for i := range q.parts {
		next, open := q.parts[i].resource.next(now, w.costOf(i))
		if next > now {
			q.find(i, full)
		} else {
			q.find(i, free)
		}
		if at = max(at, next); next != meter.Never {
			known = max(known, next)
		}
		if open && ask == 0 {
			ask = i + 1
		}
	}
	p := q.group.current()
	if p != nil {
		next := p.Next(now)
		at, known = max(at, next), max(known, next)
		q.findPause(next > now)
	} else {
		q.findPause(false)
	}
	return at, known, ask
}

// grant takes the head of q out of it and reserves what it needs. Nothing counts as
// sent before it leaves.
func (c *Core) grant(q *Queue, now int64) {
	w := q.waiters.First()
	c.queues.remove(w)
	w.state = granted
	q.line.PushBack(w)
	if q.line.First() == w {
		c.wake(w)
	}
	for i := range q.parts {
		s, cost := q.parts[i].resource, w.costOf(i)
		s.window.Reserve(cost)
		w.keepTokens(i, s.take(now, cost))
		s.grants(c.scans, cost)
	}
	if p := q.group.current(); p != nil {
		w.pass = p.Pass()
	}
}
