package concurrency

import (
	"encoding/binary"
	"sync"
)

// queue is the requests that wait for slots of a limiter, all limits and keys.
//
// A request acquires all slots that it needs in one step, or waits and holds none.
// Requests that need exactly the same slots stand in one line, so that only the
// first of a line is looked at; a line waits at one semaphore that has no room for
// it. When that has room again, the lines that wait there are looked at, lowest rank
// first: a line whose request finds room everywhere is granted, one that finds none
// in another limit goes on to wait there. So a released slot costs as many looks as
// it lets requests go, or moves on, and not as many as wait.
//
// No request overtakes another at the semaphore that both wait at: a heavy one is
// not starved by light ones. At other semaphores it may, since the one that is
// overtaken could not go anyhow. A request for which that went wrong once (it found
// room where it waited, and none where there had been some) is delayed, and the
// delayed request of the lowest rank reserves what it needs: its slots are kept free
// for it as they are released. So each request goes in the end.
type queue struct {
	// mu guards all fields, the lines and waiters in them, the waiting heap of every
	// semaphore of the limiter, and the state of a semaphore while requests wait for
	// it. limit.mu is never taken while it is held.
	mu      sync.Mutex
	lines   map[lineKey]*line
	delayed lineHeap // whose first waiters are delayed
	waiting int      // requests
	work    []*semaphore
}

func newQueue() *queue {
	return &queue{lines: make(map[lineKey]*line), delayed: lineHeap{place: delayedAt}}
}

// join acquires the slots of the parts for w, or puts it in their line. at is the
// semaphore that the outcome is about: that was evicted, whose queue is full, or that
// w waits at. ahead is how many requests wait there already.
func (q *queue) join(w *waiter, parts []part) (o outcome, at *semaphore, ahead int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, p := range parts {
		if !p.sem.mark() {
			q.unmarkLocked(parts[:i])
			return evicted, p.sem, 0
		}
	}
	key := keyOf(parts)
	l := q.lines[key]
	first := l == nil || w.links.Rank < l.rank()
	if !first {
		at = l.at
	} else if at = q.blockedLocked(l, parts, w.links.Rank); at == nil {
		for _, p := range parts {
			p.sem.add(int64(p.weight) - oneWaits)
		}
		return acquired, nil, 0
	}
	ahead = at.queued
	if w.fresh() && at.fresh >= at.limit.queue {
		q.unmarkLocked(parts)
		return queueFull, at, ahead
	}
	q.waiting++
	switch {
	case l == nil:
		l = &line{key: key, parts: parts, delayed: -1}
		q.lines[key] = l
		q.insertLocked(l, w)
		q.waitAtLocked(l, at)
	case first:
		before := l.at
		q.offLocked(l)
		q.insertLocked(l, w)
		q.waitAtLocked(l, at)
		q.serveLocked(before) // those behind it may go
	default:
		at.count(-l.waiters.Len(), -l.fresh)
		q.insertLocked(l, w)
		at.count(l.waiters.Len(), l.fresh)
	}
	return mustWait, at, ahead
}

// insertLocked puts w in a line that is on no heap, or not in front of it.
func (q *queue) insertLocked(l *line, w *waiter) {
	w.line = l
	l.waiters.Insert(w)
	if w.fresh() {
		l.fresh++
	}
}

// unmarkLocked takes back the marks of a request that does not wait. It serves
// nothing: the marks were made while mu was held.
func (q *queue) unmarkLocked(parts []part) {
	for _, p := range parts {
		p.sem.add(-oneWaits)
	}
}

// waitAtLocked makes s the semaphore that l waits at.
func (q *queue) waitAtLocked(l *line, s *semaphore) {
	l.at = s
	if s.lines.place == nil {
		s.lines.place = waitingAt
	}
	s.lines.add(l)
	s.count(l.waiters.Len(), l.fresh)
	s.state.Or(reached)
	if l.waiters.First().delayed {
		q.delayed.add(l)
	}
}

// offLocked takes l off the heaps: its first waiter is about to change.
func (q *queue) offLocked(l *line) {
	l.at.lines.remove(l)
	l.at.count(-l.waiters.Len(), -l.fresh)
	if l.delayed >= 0 {
		q.delayed.remove(l)
	}
}

// endLocked takes the first waiter out of a line and wakes it.
func (q *queue) endLocked(l *line, state waiterState) {
	w := l.waiters.First()
	q.leaveLocked(w, state)
	close(w.ready)
}

// leaveLocked takes w out of its line. Slots that were reserved for it are for
// others then: they are to be looked at.
func (q *queue) leaveLocked(w *waiter, state waiterState) {
	l := w.line
	first := l.waiters.First() == w
	reserved := first && q.delayed.first() == l
	at := l.at
	if first {
		q.offLocked(l)
	} else {
		at.count(-l.waiters.Len(), -l.fresh)
	}
	l.waiters.Remove(w)
	if w.fresh() {
		l.fresh--
	}
	w.line, w.state = nil, state
	q.waiting--
	switch {
	case l.waiters.Len() == 0:
		delete(q.lines, l.key)
	case first:
		q.waitAtLocked(l, at)
	default:
		at.count(l.waiters.Len(), l.fresh)
	}
	for _, p := range l.parts {
		p.sem.add(-oneWaits)
		if reserved {
			q.work = append(q.work, p.sem)
		}
	}
}

// cancel takes w out of its line. It is false if w has left it already: then it
// was granted or rejected.
func (q *queue) cancel(w *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.line == nil {
		return false
	}
	at := w.line.at
	q.work = q.work[:0]
	q.leaveLocked(w, gone)
	q.serveLocked(append(q.work, at)...) // those behind it may need less
	return true
}

// keyOf tells the lines of parts apart.
func keyOf(parts []part) (k lineKey) {
	n := copy(k.first[:], parts)
	if n == len(parts) {
		return k
	}
	var more []byte
	for _, p := range parts[n:] {
		more = binary.LittleEndian.AppendUint64(more, p.sem.id)
		more = binary.LittleEndian.AppendUint32(more, uint32(p.weight)) //nolint:gosec // at least 1
	}
	k.more = string(more)
	return k
}
