package concurrency

import (
	"context"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer"
)

// The state of a semaphore is one word: slots in use, requests that wait for some
// of them, and two marks.
const (
	useMask  = 1<<31 - 1
	oneWaits = 1 << 31
	waitMask = useMask << 31
	reached  = 1 << 62 // a request waited here since there was room
	dead     = 1 << 63 // evicted: no request may acquire a slot of it
)

// semaphore counts the slots of one limit and key. While no request waits for them
// a slot is acquired and released by one compare-and-swap; from the first one that
// waits on, every request goes through the queue of the limiter.
type semaphore struct {
	limit     *limit
	key       key
	id        uint64  // among those of the limiter
	one       [1]part // one slot of it, as most requests need it
	state     atomic.Uint64
	forward   atomic.Pointer[semaphore] // what took over after an eviction
	estimator *estimator                // nil: there are Max slots

	lines  lineHeap // that wait here; guarded by queue.mu, as the two below are
	queued int      // requests of these lines
	fresh  int      // of them, those that never had their slots
}

type outcome uint8

const (
	acquired outcome = iota
	mustWait
	queueFull
	evicted // look the key up again
)

func inUse(state uint64) int64   { return int64(state & useMask) }       //nolint:gosec // 31 bits
func waiting(state uint64) int64 { return int64(state >> 31 & useMask) } //nolint:gosec // 31 bits

// add changes the counts of the state, none of which may fall below zero.
func (s *semaphore) add(delta int64) { s.state.Add(uint64(delta)) } //nolint:gosec // two's complement

// count changes how many requests wait here. queue.mu must be held.
func (s *semaphore) count(requests, fresh int) {
	s.queued += requests
	s.fresh += fresh
}

// room is how many slots there are.
func (s *semaphore) room() int64 {
	n := s.limit.max.Load()
	if s.estimator != nil {
		n = min(n, s.estimator.slots.Load())
	}
	return n
}

// fits reports whether there is room for weight slots beside those that are kept
// for another request. Where an adaptive limit has found fewer than that, they are
// to be had alone.
func (s *semaphore) fits(st uint64, weight, kept int32) bool {
	used := inUse(st) + int64(kept)
	return used+int64(weight) <= s.room() || used == 0
}

// try acquires slots if there are as many and no request waits for some.
func (s *semaphore) try(weight int32) outcome {
	for {
		st := s.state.Load()
		switch {
		case st&dead != 0:
			return evicted
		case st&waitMask != 0 || !s.fits(st, weight, 0):
			return mustWait
		case s.state.CompareAndSwap(st, st+uint64(weight)): //nolint:gosec // at least 1
			return acquired
		}
	}
}

// mark counts one more request that waits for slots here, so that every other goes
// through the queue. It is false if the semaphore was evicted.
func (s *semaphore) mark() bool {
	for {
		st := s.state.Load()
		if st&dead != 0 {
			return false
		}
		if s.state.CompareAndSwap(st, st+oneWaits) {
			return true
		}
	}
}

// release releases slots while no request waits for some; ok is false if one does.
// freed reports whether a limit that was reached has room again.
func (s *semaphore) release(weight int32) (ok, freed bool) {
	for {
		st := s.state.Load()
		if st&waitMask != 0 {
			return false, false
		}
		next := (st - uint64(weight)) &^ reached //nolint:gosec // at least 1
		if s.state.CompareAndSwap(st, next) {
			return true, st&reached != 0 && inUse(next) < s.room()
		}
	}
}

// scarce reports whether so many slots are in use that none may be lost with a
// body that is never closed: half of them. To watch a body costs more than a slot
// does, and what is lost before that keeps no request waiting.
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

// BodyEnd implements [layer.BodyEnder]: the slot is free. A semaphore by itself
// stands for one slot of it.
func (s *semaphore) BodyEnd(a *layer.Attempt) {
	live := s.live()
	switch ok, freed := live.release(1); {
	case !ok:
		live.limit.limiter.release(a, live.one[:])
	case freed:
		live.limit.emit(a, layer.SlotFreed, 0, nil)
	}
}

// Suspend implements [layer.Suspender].
func (s *semaphore) Suspend(a *layer.Attempt) { s.BodyEnd(a) }

// Reacquire implements [layer.Suspender].
func (s *semaphore) Reacquire(ctx context.Context, a *layer.Attempt) error {
	return s.limit.limiter.reacquire(ctx, a, s.one[:])
}
