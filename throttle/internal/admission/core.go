package admission

import (
	"time"

	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Core decides which request goes next.
type Core struct {
	// MaxPaused is how many requests may wait for the end of one pause.
	MaxPaused int
	// Wide returns the key of the wide pause that also holds back the requests of a narrow one.
	// [New] sets it to [pauses.Key.OfHost].
	Wide func(pauses.Key) pauses.Key

	sched   scheduler
	ids     int64 // the number of the latest resource
	arrival int64 // of the latest waiter
}

// New returns a core without rules and pauses.
func New() *Core {
	c := &Core{Wide: pauses.Key.OfHost}
	c.sched.work.which = byRank
	return c
}

// An Admission is the result of [Core.Admit].
type Admission uint8

// The admissions.
const (
	// MustQueue says that the request cannot leave now.
	MustQueue Admission = iota
	// Admitted says that the request is committed and leaves now.
	Admitted
	// MustAsk says that the request is admitted once stores that reply immediately have given
	// tokens ([Core.NextAsk]).
	MustAsk
)

// Admit admits a request that nothing holds back, with all of its parts or none. While requests
// wait or there is a pause, it admits only a keyed demand.
func (c *Core) Admit(d *Demand, now int64) Admission {
	paused := c.sched.pauses.Len() > 0
	if !d.Keyed && (c.sched.queues.waiting > 0 || paused) {
		return MustQueue
	}
	if paused && d.heldBack(&c.sched.pauses, c.Wide, now) {
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
	case c.sched.queues.waiting > 0 && !c.sched.overtakes(d, d.pauseKey(c.Wide), now):
		return MustQueue
	case asks:
		return MustAsk
	}
	c.Commit(d, now)
	return Admitted
}

// AdmitPlain is Admit for one request of a rule with a window and nothing else: no key, no pacer,
// no store. It returns the entry in the window. It also reports false while another request waits
// or there is a pause. Then Admit decides.
func (c *Core) AdmitPlain(r *Rule, now int64) (entry int64, ok bool) {
	if c.sched.queues.waiting > 0 || c.sched.pauses.Len() > 0 {
		return 0, false
	}
	if r.one == nil {
		return r.Resource("", now).window.Take(now)
	}
	return r.one.window.Take(now)
}

// NextAsk returns the resource of a demand whose store must give a token first, or nil. It reports
// false if the demand cannot be admitted. A token that turns out not to be needed stays with the
// resource.
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

// Recorded records the reply of a store that was asked without a queue.
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

// Enqueue puts a request in its queue. advance is by how much earlier it is taken to have come,
// deadline the instant from which on leaving is useless. No two waiters come at the same instant.
func (c *Core) Enqueue(w *Waiter, d *Demand, advance time.Duration, deadline, now int64) {
	c.arrival = max(c.arrival+1, now)
	w.links.Rank = c.arrival - int64(advance)
	w.deadline = deadline
	w.setCosts(d)
	c.sched.put(w, d, c.sched.groupOf(d, c.Wide), now)
}

// Requeue puts a waiter whose reservation has expired back in its queue, at its rank.
func (c *Core) Requeue(w *Waiter, d *Demand, now int64) {
	c.sched.put(w, d, c.sched.groupOf(d, c.Wide), now)
}

// Cancel removes a waiter, whatever its state.
func (c *Core) Cancel(w *Waiter, now int64) {
	switch w.state {
	case queued:
		c.sched.leave(w)
		w.state = gone
	case granted, reacquiring:
		c.sched.rollBack(w, now)
		w.state = gone
	case expired, gone:
		w.state = gone
	}
	c.sched.scan(now)
}

// Confirm counts what was reserved for w as sent, since its request, whose demand is d, leaves now.
// It reports false if a pause began meanwhile. Then w is back in a queue.
func (c *Core) Confirm(w *Waiter, d *Demand, now int64) bool {
	q := w.queue
	if d.mustWait(w, &c.sched.pauses, c.Wide, now) {
		c.sched.rollBack(w, now)
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
		c.sched.improved(p.resource)
	}
	d.pass, d.committed = w.pass, true
	c.sched.step(w)
	w.state = gone
	c.sched.scan(now)
	return true
}

// Woken returns the waiters for which something has changed since the last call: they may leave,
// ask a store or give up. The result is valid until the next call of a method of the Core.
func (c *Core) Woken() []*Waiter {
	woken := c.sched.woken
	c.sched.woken = c.sched.woken[:0]
	return woken
}

// LookAgainAt returns when Tick must be called, or [meter.Never] if nothing depends on the clock.
func (c *Core) LookAgainAt() int64 {
	return min(c.sched.queues.due.least(), c.sched.reacquiring.expireAt())
}

// Tick does whatever has become due.
func (c *Core) Tick(now int64) {
	for w := c.sched.reacquiring.expired(now); w != nil; w = c.sched.reacquiring.expired(now) {
		c.sched.rollBack(w, now)
		w.state = expired
	}
	c.sched.scan(now)
}
