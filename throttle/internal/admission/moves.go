package admission

import "github.com/gracy-go/gracy/throttle/internal/pauses"

// put puts a waiter in its queue of a group.
func (sc *scheduler) put(w *Waiter, d *Demand, g *group, now int64) {
	if sc.queues.insert(w, d, g, now) {
		sc.seed(w.queue)
	}
	sc.scan(now)
}

// groupOf returns the group that a demand queues in. It is separate because the key is large, and
// the stack of a waiting request keeps the greatest depth that it has had.
//
//go:noinline
func (sc *scheduler) groupOf(d *Demand, wide widen) *group {
	key := d.pauseKey(wide)
	if g := sc.queues.groups[key]; g != nil {
		return g
	}
	return sc.queues.newGroup(&key, &sc.pauses)
}

// leave removes w from its queue. Nothing was reserved for w, so this matters only to waiters that
// older heads hold back, and to those that wait for a store that w was going to ask.
func (sc *scheduler) leave(w *Waiter) {
	q := w.queue
	if w.ask > 0 && !w.asking {
		s := q.parts[w.ask-1].resource
		s.tokens.Ask(false)
		w.ask = 0
		sc.improved(s)
	}
	if head := sc.queues.remove(w); head {
		for i := range q.parts {
			if s := q.parts[i].resource; s.held > 0 {
				sc.improved(s)
			}
		}
		sc.seed(q)
	}
	w.queue = nil
	sc.queues.forget(q)
}

// step removes w from the line of its queue, or from those that reacquire.
func (sc *scheduler) step(w *Waiter) {
	q := w.queue
	if w.state == reacquiring {
		sc.reacquiring.remove(w)
	} else {
		sc.leaveLine(w)
	}
	w.queue = nil
	sc.queues.forget(q)
}

// leaveLine removes w from the line of its queue.
func (sc *scheduler) leaveLine(w *Waiter) {
	next := w.links.Next()
	first := w.links.Prev() == nil
	w.queue.line.Remove(w)
	if first && next != nil {
		sc.wake(next)
	}
}

// rollBack gives up what was reserved for w.
func (sc *scheduler) rollBack(w *Waiter, now int64) {
	q := w.queue
	sc.step(w)
	for i := range q.parts {
		s, cost := q.parts[i].resource, w.costOf(i)
		s.window.Reserve(-cost)
		s.pacer.Refund(now, s.pacer.Latest(cost))
		if r := w.tokens(i); r.At > 0 {
			s.tokens.Refund(now, r)
		}
		sc.improved(s)
	}
	w.dropTokens()
	sc.done(w.pass, false, now)
	w.pass = pauses.Pass{}
}

// done records the end of a request that passed a pause.
func (sc *scheduler) done(pass pauses.Pass, good bool, now int64) {
	if p := sc.pauses.Done(pass, good, now); p != nil {
		sc.improvedGroup(sc.queues.groups[p.Key()])
	}
}

// wake notes that something changed for w.
func (sc *scheduler) wake(w *Waiter) { sc.woken = append(sc.woken, w) }

// overtakes reports whether a request, which would queue for the pause of the key, may leave before
// the waiting ones: none waits for exactly the same, and there is enough for all that wait for a
// part of it. This spares the request the queue, and the queue a scan.
func (sc *scheduler) overtakes(d *Demand, key pauses.Key, now int64) bool {
	if sc.queues.of(d, key) != nil {
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
