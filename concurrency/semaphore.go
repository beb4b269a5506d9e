package concurrency

import (
	"context"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer"
)

// The state of a semaphore is one word: slots in use, requests that are counted as waiting for it,
// and three marks.
const (
	useMask  = 1<<31 - 1
	oneWaits = 1 << 31
	waitMask = 1<<30 - 1
	closed   = 1 << 61 // a waiting request needs the semaphore: its state changes only under queue.mu
	reached  = 1 << 62 // a request has waited since there was last room
	dead     = 1 << 63 // evicted: none of its slots may be acquired
)

// semaphore counts the slots of one limit and key. While no request waits for it, a slot is
// acquired and released by one compare-and-swap. As soon as one waits, every request goes through
// the queue.
type semaphore struct {
	limit    *limit
	state    atomic.Uint64
	adaptive *adaptiveSlots // nil if there are Max slots
	key      key
	id       uint64                    // distinguishes the semaphores of a shared queue
	forward  atomic.Pointer[semaphore] // the successor after an eviction
	own      atomic.Pointer[queue]     // only if the limiter has one limit; made for the first request that waits
	line     *line                     // guarded by queue.mu
}

type outcome uint8

const (
	acquired outcome = iota
	full
	queued
	gone // evicted: the key must be looked up again
)

func inUse(state uint64) int64   { return int64(state & useMask) }        //nolint:gosec // 31 bits
func waiting(state uint64) int64 { return int64(state >> 31 & waitMask) } //nolint:gosec // 30 bits

// room returns how many slots there are.
func (s *semaphore) room() int64 {
	n := s.limit.max.Load()
	if s.adaptive != nil {
		n = min(n, s.adaptive.slots.Load())
	}
	return n
}

// fits reports whether there is room for weight slots. If an adaptive limit has found fewer slots
// than that, a request gets them when it is alone.
func (s *semaphore) fits(st uint64, weight int32) bool {
	used := inUse(st)
	return used+int64(weight) <= s.room() || used == 0
}

// plus returns the state with weight more slots in use.
func plus(st uint64, weight int32) uint64 { return st + uint64(weight) } //nolint:gosec // at least 1

// minus returns the state with weight fewer slots in use.
func minus(st uint64, weight int32) uint64 { return st - uint64(weight) } //nolint:gosec // at least 1

// try acquires slots if enough are free and no request waits.
func (s *semaphore) try(weight int32) outcome {
	for {
		st := s.state.Load()
		switch {
		case st&dead != 0:
			return gone
		case st&closed != 0 || !s.fits(st, weight):
			return full
		case s.state.CompareAndSwap(st, plus(st, weight)):
			return acquired
		}
	}
}

// less returns the state with weight fewer slots in use. freed is whether a limit that was reached
// has room again, which after a Resize may take several releases.
func (s *semaphore) less(st uint64, weight int32) (next uint64, freed bool) {
	next = minus(st, weight)
	if st&reached != 0 && inUse(next) < s.room() {
		return next &^ reached, true
	}
	return next, false
}

// acquire acquires one slot of s, or of the semaphore that has replaced it, and returns that
// semaphore.
func (s *semaphore) acquire(ctx context.Context, a *layer.Attempt, reacquiring bool) (*semaphore, error) {
	s, w := s.enter(ctx, a, reacquiring)
	if w == nil {
		return s, nil
	}
	err := w.run()
	return w.one[0], err
}

// enter is acquire for a request that does not wait. If it must, enter returns its wait.
func (s *semaphore) enter(ctx context.Context, a *layer.Attempt, reacquiring bool) (*semaphore, *wait) {
	s, o := s.tryLive(reacquiring)
	if o == acquired {
		return s, nil
	}
	return s, newWait(ctx, a, s, nil, reacquiring)
}

// tryLive is try for one slot of s, or of the semaphore that has replaced it. It returns that
// semaphore.
func (s *semaphore) tryLive(reacquiring bool) (*semaphore, outcome) {
	for {
		if o := s.try(1); o != gone {
			return s, o
		}
		s = s.again(reacquiring)
	}
}

// again returns the semaphore to use: s, or if that was evicted, the one that replaces it.
func (s *semaphore) again(reacquiring bool) *semaphore {
	switch {
	case s.state.Load()&dead == 0:
		return s
	case reacquiring:
		s.limit.revive(s)
		return s.live()
	}
	s.limit.forget(s)
	return s.limit.find(s.key)
}

// give releases slots unless a waiting request needs the semaphore: then it does nothing and
// reports ok as false. freed is whether a limit that was reached has room again.
func (s *semaphore) give(weight int32) (freed, ok bool) {
	for {
		st := s.state.Load()
		if st&closed != 0 {
			return false, false
		}
		if next, freed := s.less(st, weight); s.state.CompareAndSwap(st, next) {
			return freed, true
		}
	}
}

// giveLocked is give with the mu of the queue held.
func (s *semaphore) giveLocked(weight int32) (freed bool) {
	for {
		st := s.state.Load()
		next, freed := s.less(st, weight)
		if waiting(st) > 0 {
			next, freed = minus(st, weight), false
		}
		if s.state.CompareAndSwap(st, next) {
			return freed
		}
	}
}

// free releases slots, to waiting requests first. It reports whether a limit that was reached has
// room again.
func (s *semaphore) free(weight int32) (freed bool) {
	for {
		st := s.state.Load()
		if st&closed != 0 {
			return s.freeQueued(weight)
		}
		// Like give, but without its second result, because each request comes through here.
		if next, freed := s.less(st, weight); s.state.CompareAndSwap(st, next) {
			return freed
		}
	}
}

// freeQueued is free if requests may be waiting.
func (s *semaphore) freeQueued(weight int32) (freed bool) {
	q := s.queue()
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	freed = s.giveLocked(weight)
	if q.shared || s.limit.Weight != nil {
		q.admitLocked(now, s)
	} else {
		q.admitEachLocked(s)
	}
	return freed
}

// queue returns the queue of the semaphore.
func (s *semaphore) queue() *queue {
	if q := s.limit.shared; q != nil {
		return q
	}
	if q := s.own.Load(); q != nil {
		return q
	}
	s.own.CompareAndSwap(nil, newQueue())
	return s.own.Load()
}

// grow lets waiting requests go that fit since the limit has changed.
func (s *semaphore) grow() {
	if s.state.Load()&closed == 0 {
		return
	}
	q := s.queue()
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.kept != nil { // it may now weigh too much and must not keep slots then
		q.dirty = append(q.dirty, q.kept.demand.sems...)
	}
	q.admitLocked(now, s)
}

// idle reports whether no slot is in use and no request waits. If so, it marks the semaphore as
// dead, since it is about to be evicted.
func (s *semaphore) idle() bool { return s.state.CompareAndSwap(0, dead) }

// live returns the semaphore that now stands for s.
func (s *semaphore) live() *semaphore {
	for f := s.forward.Load(); f != nil; f = s.forward.Load() {
		s = f
	}
	return s
}

func (s *semaphore) scarce() bool {
	s = s.live()
	return 2*inUse(s.state.Load()) >= s.room()
}

// release releases a slot of the attempt.
func (s *semaphore) release(a *layer.Attempt) {
	s = s.live()
	if s.free(1) {
		s.limit.emit(a, layer.SlotFreed, 0, nil)
	}
}

// BodyEnd implements [layer.BodyEnder]. As an ender, a semaphore stands for one of its slots, which
// it releases.
func (s *semaphore) BodyEnd(a *layer.Attempt) { s.release(a) }

// Suspend implements [layer.Suspender].
func (s *semaphore) Suspend(a *layer.Attempt) { s.release(a) }

// Reacquire implements [layer.Suspender]. It goes before requests that never had a slot.
func (s *semaphore) Reacquire(ctx context.Context, a *layer.Attempt) error {
	_, err := s.live().acquire(ctx, a, true)
	return err
}
