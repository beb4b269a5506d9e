package concurrency

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer"
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
	weight     int32
	refused    bool // it left since its weight is above the limit
}

type list struct {
	first, last *waiter
	n           int
}

// push puts w behind all that rank no later.
func (l *list) push(w *waiter) {
	after := l.last
	for after != nil && after.rank > w.rank { // not without priorities
		after = after.prev
	}
	l.n++
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
	l.n--
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

// fits reports whether there is room for weight slots. Where an adaptive limit
// has found fewer than that, they are to be had alone.
func (s *semaphore) fits(st uint64, weight int32) bool {
	used := inUse(st)
	return used+int64(weight) <= s.room() || used == 0
}

// plus is the state with weight more slots in use.
func plus(st uint64, weight int32) uint64 { return st + uint64(weight) } //nolint:gosec // at least 1

// minus is the state with weight fewer slots in use.
func minus(st uint64, weight int32) uint64 { return st - uint64(weight) } //nolint:gosec // at least 1

// try takes slots if there are as many and nobody waits for some.
func (s *semaphore) try(weight int32) outcome {
	for {
		st := s.state.Load()
		switch {
		case st&dead != 0:
			return gone
		case st&waitMask != 0 || !s.fits(st, weight):
			return full
		case s.state.CompareAndSwap(st, plus(st, weight)):
			return taken
		}
	}
}

// enqueue takes slots or a place in the queue. Who resumes goes before those
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
		case n == 0 && s.fits(st, w.weight):
			if s.state.CompareAndSwap(st, plus(st, w.weight)) {
				return taken, 0
			}
			continue
		case !resume && s.fresh.n >= s.limit.queue:
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

// release gives slots back. It reports whether a limit that was reached has
// room again.
func (s *semaphore) release(weight int32) (freed bool) {
	for {
		st := s.state.Load()
		if st&waitMask != 0 {
			if s.passOn(weight) {
				return false
			}
			continue
		}
		if next := minus(st, weight) &^ reached; s.state.CompareAndSwap(st, next) {
			return st&reached != 0 && inUse(next) < s.room()
		}
	}
}

// passOn gives slots to those who wait, as far as they suffice. It is false if
// nobody does.
func (s *semaphore) passOn(weight int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state.Load()
	if st&waitMask == 0 {
		return false
	}
	s.state.Store(minus(st, weight))
	s.admit()
	return true
}

// admit lets in who fits, the first in the queue first: a heavy one is not
// overtaken by light ones. While somebody waits, the state changes under the
// mutex only.
func (s *semaphore) admit() {
	for {
		st := s.state.Load()
		w := s.head()
		switch {
		case w == nil:
			return
		case int64(w.weight) > s.limit.max.Load():
			w.refused = true
			s.state.Store(st - oneWaits)
		case s.fits(st, w.weight):
			s.state.Store(plus(st-oneWaits, w.weight))
		default:
			return
		}
		w.queue.remove(w)
		close(w.ready)
	}
}

func (s *semaphore) head() *waiter {
	if s.resumed.first != nil {
		return s.resumed.first
	}
	return s.fresh.first
}

// grow looks again at who fits after the limit has changed.
func (s *semaphore) grow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admit()
}

// cancel takes w out of the queue. It is false if w has left it already.
func (s *semaphore) cancel(w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.queue == nil {
		return false
	}
	w.queue.remove(w)
	s.state.Store(s.state.Load() - oneWaits)
	s.admit() // those behind it may need less
	return true
}

func (s *semaphore) scarce() bool {
	s = s.live()
	return 2*inUse(s.state.Load()) >= s.room()
}

// live returns the semaphore that stands for s now.
func (s *semaphore) live() *semaphore {
	for f := s.forward.Load(); f != nil; f = s.forward.Load() {
		s = f
	}
	return s
}

// give gives slots of the attempt back.
func (s *semaphore) give(a *layer.Attempt, weight int32) {
	s = s.live()
	if s.release(weight) {
		s.limit.tell(a, layer.SlotFreed, 0, nil)
	}
}

// BodyEnd implements [layer.BodyEnder]: the slot is free. A semaphore by itself
// stands for one slot of it.
func (s *semaphore) BodyEnd(a *layer.Attempt) { s.give(a, 1) }

// Park implements [layer.Suspender].
func (s *semaphore) Suspend(a *layer.Attempt) { s.give(a, 1) }

// Resume implements [layer.Suspender].
func (s *semaphore) Reacquire(ctx context.Context, a *layer.Attempt) error {
	return s.resume(ctx, a, 1)
}
