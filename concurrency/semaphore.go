package concurrency

import (
	"sync"
	"sync/atomic"

	"github.com/gracy-go/gracy/transport"
)

// The state of a semaphore is one word: slots in use, requests that wait, and
// two marks.
const (
	useMask  = 1<<31 - 1
	oneWaits = 1 << 31
	waitMask = useMask << 31
	reached  = 1 << 62 // somebody waited since there was room
	dead     = 1 << 63 // evicted: nobody may take a slot of it
)

// semaphore counts the slots of one limit and key. While nobody waits a slot is
// taken and given back by one compare-and-swap; with the first one who waits
// everybody goes through the mutex.
type semaphore struct {
	limit   *limit
	key     key
	state   atomic.Uint64
	forward atomic.Pointer[semaphore] // who took over after an eviction
	finder  *finder                   // nil: there are Max slots

	mu      sync.Mutex
	resumed list // those who had a slot before and laid it down
	fresh   list
}

// waiter is a request in the queue.
type waiter struct {
	prev, next *waiter
	queue      *list // nil once it has left
	rank       int64 // the time it came, less what its priority is worth
	ready      chan struct{}
}

type list struct{ first, last *waiter }

// push puts w behind all that rank no later.
func (l *list) push(w *waiter) {
	after := l.last
	for after != nil && after.rank > w.rank { // not without priorities
		after = after.prev
	}
	w.queue, w.prev = l, after
	if after == nil {
		w.next = l.first
		l.first = w
	} else {
		w.next = after.next
		after.next = w
	}
	if w.next == nil {
		l.last = w
	} else {
		w.next.prev = w
	}
}

func (l *list) remove(w *waiter) {
	if w.prev == nil {
		l.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		l.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.queue, w.prev, w.next = nil, nil, nil
}

type outcome uint8

const (
	taken outcome = iota
	full
	queued
	gone // evicted: look the key up again
)

func inUse(state uint64) int64   { return int64(state & useMask) }       //nolint:gosec // 31 bits
func waiting(state uint64) int64 { return int64(state >> 31 & useMask) } //nolint:gosec // 31 bits

// room is how many slots there are.
func (s *semaphore) room() int64 {
	n := s.limit.max.Load()
	if s.finder != nil {
		n = min(n, s.finder.slots.Load())
	}
	return n
}

// try takes a slot if there is one and nobody waits for it.
func (s *semaphore) try() outcome {
	for {
		st := s.state.Load()
		switch {
		case st&dead != 0:
			return gone
		case st&waitMask != 0 || inUse(st) >= s.room():
			return full
		case s.state.CompareAndSwap(st, st+1):
			return taken
		}
	}
}

// enqueue takes a slot or a place in the queue. Who resumes goes before those
// who never had a slot, and is not counted against the length of the queue. It
// returns how many wait.
func (s *semaphore) enqueue(w *waiter, resume bool) (outcome, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		st := s.state.Load()
		n := int(waiting(st))
		switch {
		case st&dead != 0:
			return gone, 0
		case n == 0 && inUse(st) < s.room():
			if s.state.CompareAndSwap(st, st+1) {
				return taken, 0
			}
			continue
		case !resume && n >= s.limit.queue:
			return full, n
		case !s.state.CompareAndSwap(st, st+oneWaits|reached):
			continue
		}
		if resume {
			s.resumed.push(w)
		} else {
			s.fresh.push(w)
		}
		return queued, n
	}
}

// release gives a slot back or on. It reports whether a limit that was reached
// has room again.
func (s *semaphore) release() (freed bool) {
	for {
		st := s.state.Load()
		if st&waitMask != 0 {
			s.mu.Lock()
			ok := s.pass()
			s.mu.Unlock()
			if ok {
				return false
			}
			continue
		}
		if s.state.CompareAndSwap(st, (st-1)&^reached) {
			return st&reached != 0 && inUse(st)-1 < s.room()
		}
	}
}

// pass gives a slot that is in use to the next one, or takes it out of use if
// there are too many. It is false if nobody waits. While somebody does, the
// state changes under the mutex only.
func (s *semaphore) pass() bool {
	st := s.state.Load()
	if st&waitMask == 0 {
		return false
	}
	if inUse(st) > s.room() {
		s.state.Store(st - 1)
		return true
	}
	s.state.Store(st - oneWaits)
	s.grant()
	return true
}

func (s *semaphore) grant() {
	w := s.resumed.first
	if w == nil {
		w = s.fresh.first
	}
	w.queue.remove(w)
	close(w.ready)
}

// grow lets those in who fit after the limit was raised.
func (s *semaphore) grow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		st := s.state.Load()
		if st&waitMask == 0 || inUse(st) >= s.room() {
			return
		}
		s.state.Store(st - oneWaits + 1)
		s.grant()
	}
}

// cancel takes w out of the queue. It is false if w was given a slot meanwhile.
func (s *semaphore) cancel(w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.queue == nil {
		return false
	}
	w.queue.remove(w)
	s.state.Store(s.state.Load() - oneWaits)
	return true
}

// live returns the semaphore that stands for s now.
func (s *semaphore) live() *semaphore {
	for f := s.forward.Load(); f != nil; f = s.forward.Load() {
		s = f
	}
	return s
}

// BodyEnd implements [transport.Ender]: the slot is free.
func (s *semaphore) BodyEnd(a *transport.Attempt) {
	s = s.live()
	if s.release() {
		s.limit.tell(a, transport.SlotFreed, 0, nil)
	}
}

// Park implements [transport.Parker].
func (s *semaphore) Park(a *transport.Attempt) { s.BodyEnd(a) }
