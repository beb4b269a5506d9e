package admission

import (
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A scheduler moves waiters from their queues to the lines in which they leave, and out of both.
// Each event of the [Core] marks the heads that it concerns, and then has them scanned.
type scheduler struct {
	pauses      pauses.Table
	queues      queues
	reacquiring reacquirers
	seeds       []*Queue // queues that the next scan examines
	work        heap     // queues that this scan examines, by rank
	woken       []*Waiter
	scans       int64 // how many scans there were
	looks       int64 // how many heads were examined in all
}

// seed makes the next scan examine the head of q.
func (sc *scheduler) seed(q *Queue) {
	if !q.seeded && q.waiters.Len() > 0 {
		q.seeded = true
		sc.seeds = append(sc.seeds, q)
	}
}

// improved must be called if there may be more of a resource than before. The next scan examines
// the heads that the resource held back.
func (sc *scheduler) improved(s *Resource) {
	if s.full == 0 && s.held == 0 {
		return
	}
	for _, q := range s.queues {
		sc.seed(q)
	}
}

// improvedGroup is improved for a pause.
func (sc *scheduler) improvedGroup(g *group) {
	if g == nil || g.held == 0 {
		return
	}
	for _, q := range g.queues {
		sc.seed(q)
	}
}

// scan grants what fits to the heads of the queues, the oldest first. It examines the heads that an
// event concerns (the seeds) and those that may leave by the clock. If there is not enough for all,
// it also examines the heads that share a resource with them, since an older one may need it too.
func (sc *scheduler) scan(now int64) {
	for sc.queues.due.least() <= now {
		q := sc.queues.due.first()
		sc.queues.due.remove(q)
		sc.seed(q)
	}
	if len(sc.seeds) == 0 {
		return
	}
	sc.scans++
	for i := 0; i < len(sc.seeds); i++ {
		sc.reach(sc.seeds[i], now)
	}
	for _, q := range sc.seeds {
		q.seeded = false
		if q.waiters.Len() > 0 {
			sc.work.put(q, q.rank())
		}
	}
	clear(sc.seeds)
	sc.seeds = sc.seeds[:0]
	for q := sc.work.first(); q != nil; q = sc.work.first() {
		sc.work.remove(q)
		if sc.look(q, now) {
			sc.grant(q, now)
			if q.waiters.Len() > 0 {
				sc.work.put(q, q.rank())
			}
		}
	}
}

// reach makes the scan examine the heads that share a resource with q, if one of them may depend on
// the other.
func (sc *scheduler) reach(q *Queue, now int64) {
	known, ready := false, false
	for i := range q.parts {
		s := q.parts[i].resource
		if s.reached == sc.scans || len(s.queues) == 1 || q.waiters.Len() == 0 {
			continue
		}
		if s.held == 0 {
			if s.fits(now, s.queued) {
				continue
			}
			if !known {
				at, _, _ := sc.earliest(q, now)
				known, ready = true, at <= now
			}
			if !ready {
				continue // it is not its turn, whatever the others need
			}
		}
		s.reached = sc.scans
		for _, x := range s.queues {
			sc.seed(x)
		}
	}
}

// look reports whether the head of q may be granted what it needs. If not, it reserves that for the
// head, and schedules the next look for when it may help.
func (sc *scheduler) look(q *Queue, now int64) (grants bool) {
	w := q.waiters.First()
	at, known, ask := sc.earliest(q, now)
	from, again, waits := q.heldBack(sc.scans, now)
	due := int64(meter.Never)
	switch {
	case w.ask > 0:
		from = now
	case at > now:
		due, from = at, known
	case waits:
		due = again
	case ask > 0:
		sc.letAsk(w, ask)
		from = now
	default:
		return true
	}
	q.reserve(sc.scans, now, from)
	if due == meter.Never {
		sc.queues.due.remove(q)
	} else {
		sc.queues.due.put(q, due)
	}
	return false
}

// letAsk makes w ask the store of part ask, counted from 1.
func (sc *scheduler) letAsk(w *Waiter, ask int) {
	w.ask = uint16(ask) //nolint:gosec // as many as there are rules
	w.queue.find(ask-1, full)
	w.queue.parts[ask-1].resource.tokens.Ask(true)
	sc.wake(w)
}

// earliest returns when the head of q fits by itself. known is the part of that time which the
// clock decides. ask is the first part, counted from 1, whose store must be asked, if nothing else
// is in the way. It records what the head finds.
func (sc *scheduler) earliest(q *Queue, now int64) (at, known int64, ask int) {
	sc.looks++
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

// grant removes the head of q from it and reserves what the head needs. Nothing counts as sent
// before the head leaves.
func (sc *scheduler) grant(q *Queue, now int64) {
	w := q.waiters.First()
	sc.queues.remove(w)
	w.state = granted
	q.line.PushBack(w)
	if q.line.First() == w {
		sc.wake(w)
	}
	for i := range q.parts {
		s, cost := q.parts[i].resource, w.costOf(i)
		s.window.Reserve(cost)
		w.keepTokens(i, s.take(now, cost))
		s.grants(sc.scans, cost)
	}
	if p := q.group.current(); p != nil {
		w.pass = p.Pass()
	}
}
