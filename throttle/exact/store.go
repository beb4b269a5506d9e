// Package exact has a store for go-limiter that never exceeds its limit in any window, with
// the window of package throttle.
package exact

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/internal/bounded"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

const (
	maxKeys = 10_000
	maxPer  = 10 * 365 * 24 * time.Hour
)

// NewStore returns a store for go-limiter that counts like the mode Window of package
// throttle: no window of length per, wherever it begins, holds more than limit takes of a
// key. It can be used wherever a [limiter.Store] can, including go-limiter's middleware. If
// per is 0, it is a second. NewStore panics if limit or per make no sense.
//
// If more than 10,000 keys are in use at once, the further ones share one count. The
// store has no goroutine. After Close its methods return [limiter.ErrStopped].
func NewStore(limit int, per time.Duration) limiter.Store {
	if per == 0 {
		per = time.Second
	}
	switch {
	case limit < 1:
		panic(fmt.Sprintf("exact: NewStore: the limit is %d, want at least 1", limit))
	case per < 0 || per > maxPer:
		panic(fmt.Sprintf("exact: NewStore: the window is %s, want at most ten years", per))
	}
	s := &store{rate: meter.Rate{Limit: limit, Per: per}, epoch: time.Now()}
	s.keys.Max, s.keys.Every = maxKeys, int64(per)/meter.Parts
	return s
}

type store struct {
	rate  meter.Rate
	epoch time.Time

	mu      sync.Mutex // mu guards all below
	latest  int64      // the latest reading of the clock
	keys    bounded.Map[string, *keyWindow]
	stopped bool
}

// keyWindow is the window of a key and what Burst has added.
type keyWindow struct {
	meter.Window
	set   bool // by Set, so it is kept
	burst uint64
	until int64 // when the burst ends
}

func (s *store) nowLocked() int64 { return s.clampLocked(int64(time.Since(s.epoch))) }

// clampLocked returns a time that was read before the mutex was locked, but no earlier than the
// latest one used. mu must be held.
func (s *store) clampLocked(clock int64) int64 {
	s.latest = max(s.latest, clock)
	return s.latest
}

// windowLocked returns the window of a key. mu must be held.
func (s *store) windowLocked(key string, now int64) *keyWindow {
	if w, ok := s.keys.Get(key); ok {
		return w
	}
	return s.makeLocked(key, now)
}

// makeLocked is windowLocked for a key without a window. It is separate so that its closures cost
// nothing if there is one. mu must be held.
func (s *store) makeLocked(key string, now int64) *keyWindow {
	w, _ := s.keys.Find(key, now,
		func(w *keyWindow) bool { return !w.set && w.Idle(now) && now >= w.until },
		func(bool) *keyWindow { return &keyWindow{Window: meter.NewWindow(s.rate)} })
	return w
}

// free returns how much room the window has. It is negative if the window holds too much.
func (w *keyWindow) free(now int64) int { return w.Limit() - w.Counted(now) }

// left returns what is free and what Burst has added.
func (w *keyWindow) left(now int64, free int) uint64 {
	left := uint64(max(free, 0)) //nolint:gosec // not negative
	if now < w.until {
		left += w.burst
	}
	return left
}

// Take implements [limiter.Store]. reset is the Unix time in nanoseconds at which this take stops
// counting, or if no token was left, the oldest take.
func (s *store) Take(_ context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	clock := time.Now() // once and outside of the lock: reading it is most of the work
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, 0, 0, false, limiter.ErrStopped
	}
	now := s.clampLocked(int64(clock.Sub(s.epoch)))
	w := s.windowLocked(key, now)
	free := w.free(now)
	var at int64
	switch {
	case free > 0:
		at = w.Enter(now, 1).At + w.Span()
		free--
		ok = true
	case now < w.until && w.burst > 0:
		w.burst--
		at = w.until
		ok = true
	default:
		at = w.Oldest() + w.Span()
	}
	wall := clock.UnixNano() + at - now
	return uint64(w.Limit()), w.left(now, free), uint64(wall), ok, nil //nolint:gosec // neither is negative
}

// Get implements [limiter.Store]. It returns 0 and 0 for an unknown key.
func (s *store) Get(_ context.Context, key string) (tokens, remaining uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, 0, limiter.ErrStopped
	}
	w, ok := s.keys.Get(key)
	if !ok {
		return 0, 0, nil
	}
	now := s.nowLocked()
	return uint64(w.Limit()), w.left(now, w.free(now)), nil //nolint:gosec // not negative
}

// Set implements [limiter.Store]. The key gets a limit of its own and an empty window, as
// go-limiter's own tests demand. Such keys are kept until Close.
func (s *store) Set(_ context.Context, key string, tokens uint64, interval time.Duration) error {
	if tokens < 1 || tokens > 1<<31-1 || interval <= 0 || interval > maxPer {
		return fmt.Errorf("exact: Set: %d tokens in %s is not a limit", tokens, interval)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return limiter.ErrStopped
	}
	if _, ok := s.keys.Get(key); !ok && s.keys.Len() >= maxKeys {
		return fmt.Errorf("exact: Set: the store already has %d keys", maxKeys)
	}
	s.keys.Put(key, &keyWindow{Window: meter.NewWindow(meter.Rate{Limit: int(tokens), Per: interval}), set: true})
	return nil
}

// Burst implements [limiter.Store]. From now on so many more may be taken within a window.
func (s *store) Burst(_ context.Context, key string, tokens uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return limiter.ErrStopped
	}
	now := s.nowLocked()
	w := s.windowLocked(key, now)
	if now >= w.until {
		w.burst = 0
	}
	w.burst += min(tokens, 1<<31)
	w.until = now + w.Span()
	return nil
}

// Close implements [limiter.Store].
func (s *store) Close(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.keys = bounded.Map[string, *keyWindow]{}
	return nil
}
