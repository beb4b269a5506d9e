package concurrency

import (
	"encoding/binary"

	"github.com/gracy-go/gracy/internal/ranked"
)

// waiter is a request in a queue. The mu of the queue guards it from the moment when it is enqueued
// until ready is closed.
type waiter struct {
	links       ranked.Links[*waiter] // Rank is the time it came, less what its priority is worth
	ready       chan struct{}         // closed when the request is admitted or rejected
	demand      *demand               // nil if the request needs one slot of one semaphore
	place       int16                 // the index of the semaphore at which it is counted
	reacquiring bool                  // it had its slots and has suspended them
	status      status
}

// status is the state of a waiter.
type status uint8

const (
	waits status = iota
	admitted
	tooHeavy // rejected: the weight is above Max
	noPlace  // rejected: it had to wait for another semaphore, whose queue is full
)

// Links implements [ranked.Element].
func (w *waiter) Links() *ranked.Links[*waiter] { return &w.links }

// weightAt returns how many slots of its semaphore i the request needs.
func (w *waiter) weightAt(i int) int32 {
	if w.demand == nil {
		return 1
	}
	return w.demand.needs[i].weight
}

// weightOf returns how many slots of s the request needs.
func (w *waiter) weightOf(s *semaphore) int32 {
	for i, own := range w.demand.sems {
		if own == s {
			return w.demand.needs[i].weight
		}
	}
	return 0
}

// ahead is large enough that each request that reacquires its slots goes before each that never had
// one.
const ahead = 1 << 62

// order returns what requests of all classes are compared by. The lowest goes first.
func (w *waiter) order() int64 {
	if w.reacquiring {
		return w.links.Rank - ahead
	}
	return w.links.Rank
}

// class is the waiting requests that need the same semaphores. The mu of the queue must be held by
// all of its methods.
type class struct {
	links       ranked.Links[*class] // Rank is the order of the first request
	id          string
	sems        []*semaphore // the narrowest first
	at          *semaphore   // the semaphore in whose line the class is
	reacquiring ranked.List[*waiter]
	fresh       ranked.List[*waiter]
}

// Links implements [ranked.Element].
func (c *class) Links() *ranked.Links[*class] { return &c.links }

// first returns the request that goes next. Those that reacquire their slots go before those that
// never had one.
func (c *class) first() *waiter {
	if w := c.reacquiring.First(); w != nil {
		return w
	}
	return c.fresh.First()
}

func (c *class) len() int { return c.reacquiring.Len() + c.fresh.Len() }

// of returns the list that w belongs to.
func (c *class) of(w *waiter) *ranked.List[*waiter] {
	if w.reacquiring {
		return &c.reacquiring
	}
	return &c.fresh
}

// joinLineLocked puts the class into the line of s at the place of its first request.
func (c *class) joinLineLocked(s *semaphore) {
	if c.at == s && s.line.classes.Len() == 1 { // there is no other place
		c.links.Rank = c.first().order()
		return
	}
	c.leaveLineLocked()
	c.at = s
	c.links.Rank = c.first().order()
	s.line.classes.Insert(c)
}

func (c *class) leaveLineLocked() {
	if c.at != nil {
		c.at.line.classes.Remove(c)
		c.at = nil
	}
}

// line is what a queue knows about one of its semaphores. The mu of the queue guards it.
type line struct {
	classes ranked.List[*class] // the classes whose first request has no room here
	fresh   int                 // requests that never had a slot and are counted here, for MaxQueue
	needed  int                 // classes that need the semaphore
}

// takeLocked takes the slots that w needs. The mu of the queue must be held.
func takeLocked(sems []*semaphore, w *waiter) {
	for i, s := range sems {
		s.state.Store(plus(s.state.Load(), w.weightAt(i)))
	}
}

// fullLocked reports whether as many requests wait for s as may wait. The mu of the queue must be
// held.
func (s *semaphore) fullLocked() bool {
	n := 0
	if s.line != nil {
		n = s.line.fresh
	}
	return n >= s.limit.queue
}

// placeBehindLocked returns the index of the semaphore at which a request that comes behind others
// of its class is counted: the narrowest that has no room after those before it have gone.
func (c *class) placeBehindLocked(w *waiter, short int) int {
	n := int64(c.len())
	for i, s := range c.sems[:short] {
		if inUse(s.state.Load())+n+int64(w.weightAt(i)) > s.room() {
			return i
		}
	}
	return short
}

// countLocked counts w as waiting at s.
func (w *waiter) countLocked(s *semaphore) {
	s.state.Store((s.state.Load() + oneWaits) | reached)
	if !w.reacquiring {
		s.line.fresh++
	}
}

// uncountLocked undoes countLocked.
func (w *waiter) uncountLocked(s *semaphore) {
	st := s.state.Load() - oneWaits
	if waiting(st) == 0 && inUse(st) == 0 { // no release will follow that could do it
		st &^= reached
	}
	s.state.Store(st)
	if !w.reacquiring {
		s.line.fresh--
	}
}

// classForLocked returns the class of requests that need sems, or nil if none waits.
func (q *queue) classForLocked(sems []*semaphore) *class {
	if q.classes == nil {
		return q.only
	}
	var id [64]byte
	return q.classes[string(classID(id[:0], sems))]
}

// newClassLocked returns a new class of requests that need sems.
func (q *queue) newClassLocked(sems []*semaphore) *class {
	c := q.only
	if c == nil {
		c = &class{sems: append([]*semaphore(nil), sems...)}
	}
	if q.classes == nil {
		q.only = c
	} else {
		c.id = string(classID(nil, sems))
		q.classes[c.id] = c
	}
	for _, s := range sems {
		if s.line == nil {
			s.line = new(line)
		}
		s.line.needed++
	}
	return c
}

// dropClassLocked drops a class without waiting requests.
func (q *queue) dropClassLocked(c *class) {
	c.leaveLineLocked()
	for _, s := range c.sems {
		s.line.needed--
	}
	q.openLocked(c.sems)
	if q.classes != nil {
		delete(q.classes, c.id)
	}
}

func classID(id []byte, sems []*semaphore) []byte {
	for _, s := range sems {
		id = binary.AppendUvarint(id, s.id)
	}
	return id
}
