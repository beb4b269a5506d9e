package concurrency

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The design. A request acquires the slots of all its limits in one step, or waits and holds none.
// Waiting requests that need the same semaphores form a class, first come, first served by rank.
// Only the first request of a class is examined. A class is in the line of one semaphore that has
// no room for that request. When the semaphore has room again, the classes in its line are examined
// in order: the first request goes, or its class moves to the line of another semaphore that has no
// room.
//
// So a request may overtake an older one that cannot go anyway, but not in the line of that one.
// Once each semaphore has had room for a request, but never all at the same time, the requests that
// overtook it have delayed it. From then on free slots are kept for it, for one request of a queue
// at a time. A request waits only for slots in use or for a request before it, so there is no
// circle.

// queue has the requests that wait for slots which are acquired together: those of one semaphore,
// or of all semaphores of a limiter with several limits.
type queue struct {
	// mu guards the fields below, the lines of the queue's semaphores, the classes and waiters in
	// them, and the state of closed semaphores. No other lock is taken while it is held.
	mu      sync.Mutex
	classes map[string]*class // by the ids of their semaphores; nil for a queue of one semaphore
	only    *class            // the class of a queue of one semaphore, kept for the next request
	kept    *waiter           // the request that free slots are kept for
	dirty   []*semaphore      // the semaphores that admitLocked must examine

	shared bool
	ids    atomic.Uint64 // the latest id of a semaphore
	epoch  time.Time
}

// newQueue returns the queue of one semaphore, newSharedQueue that of several.
func newQueue() *queue { return new(queue) }

func newSharedQueue(epoch time.Time) *queue {
	return &queue{shared: true, classes: make(map[string]*class), epoch: epoch}
}

// now returns the time that admitLocked needs. Only requests that move from one limit to another
// need it.
func (q *queue) now() time.Duration {
	if !q.shared {
		return 0
	}
	return time.Since(q.epoch)
}

// closeLocked makes requests for sems go through the queue. It reports false, and closes none, if
// one of them was evicted.
func (q *queue) closeLocked(sems []*semaphore) bool {
	for i, s := range sems {
		for {
			st := s.state.Load()
			if st&dead != 0 {
				q.openLocked(sems[:i])
				return false
			}
			if st&closed != 0 || s.state.CompareAndSwap(st, st|closed) {
				break
			}
		}
	}
	return true
}

// openLocked opens the semaphores in sems that no waiting request needs.
func (q *queue) openLocked(sems []*semaphore) {
	for _, s := range sems {
		if s.line == nil || s.line.needed == 0 {
			s.state.And(^uint64(closed))
		}
	}
}

// enqueue acquires the slots for w or puts it into the queue. It returns the semaphore at which w
// is, or would be, counted, and how many requests were before it.
func (q *queue) enqueue(now time.Duration, sems []*semaphore, w *waiter) (o outcome, at *semaphore, before int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closeLocked(sems) {
		return gone, sems[0], 0
	}
	c := q.classForLocked(sems)
	short := q.shortLocked(c, sems, w)
	if short < 0 {
		takeLocked(sems, w)
		q.openLocked(sems)
		return acquired, sems[0], 0
	}
	place := short
	if c != nil && c.len() > 0 && c.first().order() <= w.order() {
		place = c.placeBehindLocked(w, short)
	}
	w.place = int16(place) //nolint:gosec // an index of limits
	s := sems[place]
	before = int(waiting(s.state.Load()))
	if !w.reacquiring && s.fullLocked() {
		q.openLocked(sems)
		return full, s, before
	}
	if c == nil || c.len() == 0 {
		c = q.newClassLocked(sems)
	}
	c.of(w).Insert(w)
	w.countLocked(s)
	if w.demand != nil {
		w.demand.since = now
	}
	if c.first() == w {
		old := c.at
		c.joinLineLocked(sems[short])
		if old != nil && old != c.at {
			q.admitLocked(now, old)
		}
	}
	return queued, s, before
}

// shortLocked returns the index of a semaphore that keeps w, which is or will be in class c, from
// going. It is -1 if w can go. The semaphore in whose line the class is goes first if it is one of
// them, otherwise the narrowest. shortLocked records which semaphores had room.
func (q *queue) shortLocked(c *class, sems []*semaphore, w *waiter) int {
	var at *semaphore
	if c != nil && c.len() > 0 {
		at = c.at
		if first := c.first(); first != w && first.order() <= w.order() {
			return slices.Index(sems, at)
		}
	}
	short, overtaken := -1, true
	for i, s := range sems {
		if q.roomLocked(s, c, w, w.weightAt(i)) {
			w.sawRoom(i)
			continue
		}
		overtaken = overtaken && w.hadRoom(i)
		if short < 0 || s == at {
			short = i
		}
	}
	if short >= 0 && overtaken {
		q.keepLocked(w)
	}
	return short
}

// keepLocked keeps free slots for w from now on, unless they are kept for a request before it.
func (q *queue) keepLocked(w *waiter) {
	switch {
	case q.kept == nil:
	case q.kept.order() <= w.order():
		return
	default: // others may use what was kept for that request
		q.dirty = append(q.dirty, q.kept.demand.sems...)
	}
	q.kept = w
}

// roomLocked reports whether s has room for w, a request of class c, without the slots that belong
// to requests before it: those in its line, and the one that slots are kept for.
func (q *queue) roomLocked(s *semaphore, c *class, w *waiter, weight int32) bool {
	if s.line != nil {
		if first := s.line.classes.First(); first != nil && first != c && first.links.Rank <= w.order() {
			return false
		}
	}
	st := s.state.Load()
	if k := q.kept; k != nil && k != w && k.order() < w.order() {
		if reserved := k.weightOf(s); reserved > 0 {
			return inUse(st)+int64(reserved)+int64(weight) <= s.room()
		}
	}
	return s.fits(st, weight)
}

// admitLocked admits requests for which there may be room: in the lines of sems and of those that
// change meanwhile. Of the first classes of the lines, the one with the lowest rank is examined
// first.
func (q *queue) admitLocked(now time.Duration, sems ...*semaphore) {
	q.dirty = append(q.dirty, sems...)
	for {
		var c *class
		for _, s := range q.dirty {
			if s.line == nil {
				continue
			}
			if first := s.line.classes.First(); first != nil && (c == nil || first.links.Rank < c.links.Rank) {
				c = first
			}
		}
		if c == nil {
			clear(q.dirty)
			q.dirty = q.dirty[:0]
			return
		}
		q.examineLocked(now, c)
	}
}

// admitEachLocked is admitLocked for a queue whose requests all need just one slot of s. They go
// from the front while there is room.
func (q *queue) admitEachLocked(s *semaphore) {
	for c := q.only; c != nil && c.len() > 0 && s.fits(s.state.Load(), 1); {
		q.admitOneLocked(c, c.first())
	}
}

// admitOneLocked lets a request go.
func (q *queue) admitOneLocked(c *class, w *waiter) {
	takeLocked(c.sems, w)
	w.status = admitted
	q.removeLocked(c, w)
	close(w.ready)
}

// examineLocked examines the first request of a class. It goes or is rejected, or its class moves to
// the line of another semaphore, or the class stays and the line is done.
func (q *queue) examineLocked(now time.Duration, c *class) {
	w := c.first()
	for i, s := range c.sems {
		if int64(w.weightAt(i)) > s.limit.max.Load() {
			q.rejectLocked(c, w, i, tooHeavy)
			return
		}
	}
	short := q.shortLocked(c, c.sems, w)
	if short < 0 {
		q.admitOneLocked(c, w)
		return
	}
	s := c.sems[short]
	if place := int(w.place); place != short {
		if place < short && !w.reacquiring && s.fullLocked() {
			q.rejectLocked(c, w, short, noPlace)
			return
		}
		w.uncountLocked(c.sems[place])
		w.place = int16(short) //nolint:gosec // an index of limits
		w.countLocked(s)
		w.demand.since = now
	}
	if s != c.at {
		c.joinLineLocked(s)
		return
	}
	q.dirty = slices.DeleteFunc(q.dirty, func(d *semaphore) bool { return d == s })
}

// rejectLocked rejects a request because of its semaphore i.
func (q *queue) rejectLocked(c *class, w *waiter, i int, why status) {
	w.status = why
	q.removeLocked(c, w)
	w.place = int16(i) //nolint:gosec // an index of limits
	close(w.ready)
}

// removeLocked removes w from its class. Slots that were kept for it are free for others.
func (q *queue) removeLocked(c *class, w *waiter) {
	first := c.first() == w
	c.of(w).Remove(w)
	w.uncountLocked(c.sems[w.place])
	if q.kept == w {
		q.kept = nil
		q.dirty = append(q.dirty, c.sems...)
	}
	switch {
	case c.len() == 0:
		q.dropClassLocked(c)
	case first:
		c.joinLineLocked(c.at)
	}
}

// cancel removes w from the queue. It reports false if w has already left it.
func (q *queue) cancel(sems []*semaphore, w *waiter) bool {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.status != waits {
		return false
	}
	c := q.classForLocked(sems)
	q.removeLocked(c, w)
	q.admitLocked(now, sems...) // the requests behind it may need less
	return true
}
