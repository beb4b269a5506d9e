package admission

import (
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Core decides which request goes next.
type Core struct {
	pauses pauses.Table
	queues queues
	ids    int64 // the number of the latest resource
	// MaxPaused is how many requests may wait for the end of one pause.
	MaxPaused int

	arrival     int64 // of the latest waiter
	scans       int64
	looks       int64
	seeds       []*Queue // to be looked at in the next scan
	work        heap     // to be looked at in this scan, by rank
	woken       []*Waiter
	reacquiring reacquirers
}

// New returns a core without rules and pauses.
func New() *Core { return &Core{work: heap{which: byRank}} }

// An Admission is what [Core.Admit] says.
type Admission uint8

// The admissions.
const (
	// MustQueue says that the request cannot leave now.
	MustQueue Admission = iota
	// Admitted says that the request is committed and leaves now.
	Admitted
	// MustAsk says that it is admitted once stores that reply at once have given
	// tokens ([Core.NextAsk]).
	MustAsk
)

// Admit admits a request that nothing holds back: all of its parts or none. While
// requests wait or there is a pause, only a keyed demand is admitted.
func (c *Core) Admit(d *Demand, now int64) Admission {
	paused := c.pauses.Len() > 0
	if !d.Keyed && (c.queues.waiting > 0 || paused) {
		return MustQueue
	}
	if paused && c.pauses.Current(d.Pause, now) != nil {
		return MustQueue
	}
	asks := false
	for i := range d.n {
		p := d.Part(i)
		p.resource = p.Rule.Resource(p.Key, now)
		at, ask := p.resource.next(now, p.Cost)
		if at > now || ask && !p.Rule.kind.Store.immediate() {
			return MustQueue
		}
		asks = asks || ask
	}
	switch {
	case c.queues.waiting > 0 && !c.overtakes(d, now):
		return MustQueue
	case asks:
		return MustAsk
	}
	c.Commit(d, now)
	return Admitted
}

// overtakes reports whether a request may go past those that wait: none waits for
// just the same, and of what others wait for there is enough for all of them too.
// It spares the request the queue, and the queue a scan.
func (c *Core) overtakes(d *Demand, now int64) bool {
	if c.queues.of(d) != nil {
		return false
	}
	for i := range d.n {
		p := d.Part(i)
		if s := p.resource; s.waiting > 0 && !s.fits(now, s.queued+p.Cost) {
			return false
		}
	}
	return true
}

// NextAsk returns the resource of a demand whose store has to give a token first,
// nil if none has to. It is false if the demand cannot be admitted. What is asked
// for and then not needed stays with the resource.
func (c *Core) NextAsk(d *Demand, now int64) (ask *Resource, ok bool) {
	for i := range d.n {
		p := d.Part(i)
		at, asks := p.resource.next(now, p.Cost)
		switch {
		case at > now:
			return nil, false
		case asks:
			return p.resource, p.resource.tokens.Err() == nil
		}
	}
	return nil, true
}

// Recorded notes the reply of a store that was asked without a queue.
func (c *Core) Recorded(s *Resource, now int64, r meter.Reply) {
	s.tokens.Record(now, now, r, s.rule.Rate.Per)
}

// Commit counts a request that leaves now without a queue.
func (c *Core) Commit(d *Demand, now int64) {
	for i := range d.n {
		p := d.Part(i)
		p.expires = p.resource.take(now, p.Cost)
		p.spend(now)
	}
	d.committed = true
}

// Enqueue puts a request in its queue: advance is how much earlier it is taken to
// have come, deadline the instant from which on it is of no use. No two waiters come
// at the same instant.
func (c *Core) Enqueue(w *Waiter, d *Demand, advance time.Duration, deadline, now int64) {
	c.arrival = max(c.arrival+1, now)
	w.links.Rank = c.arrival - int64(advance)
	w.deadline = deadline
	w.setCosts(d)
	c.Requeue(w, d, now)
}

// Requeue puts a waiter whose reservation expired back in its queue, at its rank.
func (c *Core) Requeue(w *Waiter, d *Demand, now int64) {
	if c.queues.insert(w, d, c.pauses.Get(d.Pause), now) {
		c.seed(w.queue)
	}
	c.scan(now)
}

// Cancel gives up a waiter, whatever its state.
func (c *Core) Cancel(w *Waiter, now int64) {
	switch w.state {
	case queued:
		c.leave(w)
		w.state = gone
	case granted, reacquiring:
		c.rollBack(w, now)
		w.state = gone
	case expired, gone:
		w.state = gone
	}
	c.scan(now)
}

// leave takes w out of its queue. Nothing was kept for it, so that this changes
// something only for those that older heads hold back, and for those that wait for
// a store that w was to ask.
func (c *Core) leave(w *Waiter) {
	q := w.queue
	if w.ask > 0 && !w.asking {
		s := q.parts[w.ask-1].resource
		s.tokens.Ask(false)
		w.ask = 0
		c.improved(s)
	}
	if head := c.queues.remove(w); head {
		for i := range q.parts {
			if s := q.parts[i].resource; s.held > 0 {
				c.improved(s)
			}
		}
		c.seed(q)
	}
	w.queue = nil
	c.queues.forget(q)
}

// step takes w out of the line of its queue, or from those that reacquire.
func (c *Core) step(w *Waiter) {
	q := w.queue
	if w.state == reacquiring {
		c.reacquiring.remove(w)
	} else {
		c.leaveLine(w)
	}
	w.queue = nil
	c.queues.forget(q)
}

// leaveLine takes w out of the line of its queue.
func (c *Core) leaveLine(w *Waiter) {
	next := w.links.Next()
	first := w.links.Prev() == nil
	w.queue.line.Remove(w)
	if first && next != nil {
		c.wake(next)
	}
}

// rollBack gives up what was kept for w.
func (c *Core) rollBack(w *Waiter, now int64) {
	q := w.queue
	c.step(w)
	for i := range q.parts {
		s, cost := q.parts[i].resource, w.costOf(i)
		s.window.Reserve(-cost)
		s.pacer.Refund(now, s.pacer.Latest(cost))
		if r := w.tokens(i); r.At > 0 {
			s.tokens.Refund(now, r)
		}
		c.improved(s)
	}
	if w.apart != nil {
		w.apart.expires = nil
	}
	c.done(w.pass, false, now)
	w.pass = pauses.Pass{}
}

// done counts the end of a request that passed a pause.
func (c *Core) done(pass pauses.Pass, good bool, now int64) {
	if p := c.pauses.Done(pass, good, now); p != nil {
		c.improvedGroup(c.queues.groups[p.Key()])
	}
}

// Confirm counts what was reserved for w as sent: its request, whose demand is d,
// leaves now. It is false if a pause began meanwhile: then w is back in its queue.
func (c *Core) Confirm(w *Waiter, d *Demand, now int64) bool {
	q := w.queue
	if p := q.group.current(); p != nil && !w.pass.Of(p) {
		c.rollBack(w, now)
		c.Requeue(w, d, now)
		return false
	}
	for i := range d.n {
		p := d.Part(i)
		p.resource = q.parts[i].resource
		p.expires = w.tokens(i).At
		p.resource.window.Reserve(-p.Cost)
		p.resource.window.Counted(now)
		p.spend(now)
		c.improved(p.resource)
	}
	d.pass, d.committed = w.pass, true
	c.step(w)
	w.state = gone
	c.scan(now)
	return true
}

// wake notes that something changed for w.
func (c *Core) wake(w *Waiter) { c.woken = append(c.woken, w) }

// Woken returns the waiters for which something has changed since the last call:
// they may leave, ask a store or give up. It is valid until the next call of the Core.
func (c *Core) Woken() []*Waiter {
	woken := c.woken
	c.woken = c.woken[:0]
	return woken
}

// LookAgainAt returns when Tick is to be called, [meter.Never] if the clock decides
// nothing.
func (c *Core) LookAgainAt() int64 {
	return min(c.queues.due.least(), c.reacquiring.expireAt())
}

// Tick does what the clock brings.
func (c *Core) Tick(now int64) {
	for _, w := range c.reacquiring.expire(now) {
		c.rollBack(w, now)
		w.state = expired
	}
	c.scan(now)
}
