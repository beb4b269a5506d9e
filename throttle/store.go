package throttle

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sethvargo/go-limiter"
)

// NewStore returns a store of go-limiter that counts as the mode [Window] does:
// no window of the length per, wherever it begins, holds more than limit takes
// of a key. It plugs in wherever a [limiter.Store] does, go-limiter's middleware
// included. per 0 means a second. It panics if limit or per make no sense.
//
// Of more than 10,000 keys in use at once the further ones share one count. It
// has no goroutine; Close only makes it answer [limiter.ErrStopped].
func NewStore(limit int, per time.Duration) limiter.Store {
	r := compile(Rule{Limit: limit, Per: per, Guard: NoGuard})
	return &store{limit: r.Limit, per: r.Per, epoch: time.Now(), keys: make(map[string]*account)}
}

type store struct {
	limit int
	per   time.Duration
	epoch time.Time

	mu      sync.Mutex
	latest  int64 // that the clock was seen
	keys    map[string]*account
	rest    *account
	sweep   int64
	stopped bool
}

// account is the window of a key and what Burst gave on top.
type account struct {
	window
	set   bool // by Set: it is kept
	burst uint64
	until int64
}

// now is the clock, read under the mutex.
func (s *store) now() int64 { return s.settled(int64(time.Since(s.epoch))) }

// settled is a clock that was read before the mutex was taken, made no earlier
// than what has been decided since.
func (s *store) settled(clock int64) int64 {
	s.latest = max(s.latest, clock)
	return s.latest
}

// account finds the window of a key, under the mutex.
func (s *store) account(key string, now int64) *account {
	if a := s.keys[key]; a != nil {
		return a
	}
	if len(s.keys) >= maxKeys && now >= s.sweep {
		for k, a := range s.keys {
			if !a.set && a.idle(now) && now >= a.until {
				delete(s.keys, k)
			}
		}
		s.sweep = now + int64(s.per)/parts
	}
	if len(s.keys) >= maxKeys {
		if s.rest == nil {
			s.rest = &account{window: newWindow(s.limit, s.per, 0)}
		}
		return s.rest
	}
	a := &account{window: newWindow(s.limit, s.per, 0)}
	s.keys[key] = a
	return a
}

func (a *account) left(now int64) uint64 {
	a.expire(now)
	left := uint64(max(a.limit-a.live, 0)) //nolint:gosec // not negative
	if now < a.until {
		left += a.burst
	}
	return left
}

// Take implements [limiter.Store]. reset is the Unix time in nanoseconds at which
// this take stops counting, or if there was none left, the oldest one.
func (s *store) Take(_ context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	clock := time.Now() // once and outside: reading it is most of the work
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, 0, 0, false, limiter.ErrStopped
	}
	now := s.settled(int64(clock.Sub(s.epoch)))
	a := s.account(key, now)
	var at int64
	switch {
	case a.next(now, 1) <= now:
		at = a.add(now, 1) + a.span
		ok = true
	case now < a.until && a.burst > 0:
		a.burst--
		at = a.until
		ok = true
	default:
		at = a.at(0).at + a.span
	}
	wall := clock.UnixNano() + at - now
	return uint64(a.limit), a.left(now), uint64(wall), ok, nil //nolint:gosec // neither is negative
}

// Get implements [limiter.Store]; a key that is not known has 0 and 0.
func (s *store) Get(_ context.Context, key string) (tokens, remaining uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return 0, 0, limiter.ErrStopped
	}
	a := s.keys[key]
	if a == nil {
		return 0, 0, nil
	}
	return uint64(a.limit), a.left(s.now()), nil //nolint:gosec // not negative
}

// Set implements [limiter.Store]: the key gets a limit of its own and an empty
// window, as go-limiter's own tests demand; [Limiter.SetRules] is what forgets
// nothing. Such keys are kept until Close.
func (s *store) Set(_ context.Context, key string, tokens uint64, interval time.Duration) error {
	if tokens < 1 || tokens > 1<<31-1 || interval <= 0 || interval > maxPer {
		return fmt.Errorf("throttle: Set: %d in %s is no limit", tokens, interval)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return limiter.ErrStopped
	}
	if s.keys[key] == nil && len(s.keys) >= maxKeys {
		return fmt.Errorf("throttle: Set: there are %d keys already", maxKeys)
	}
	s.keys[key] = &account{window: newWindow(int(tokens), interval, 0), set: true}
	return nil
}

// Burst implements [limiter.Store]: so many more may be taken within a window
// from now on.
func (s *store) Burst(_ context.Context, key string, tokens uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return limiter.ErrStopped
	}
	now := s.now()
	a := s.account(key, now)
	if now >= a.until {
		a.burst = 0
	}
	a.burst += min(tokens, 1<<31)
	a.until = now + a.span
	return nil
}

// Close implements [limiter.Store].
func (s *store) Close(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.keys, s.rest = nil, nil
	return nil
}
