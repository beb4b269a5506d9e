package timeout

import (
	"sync"
	"time"
)

// alarms are those of a layer that all allow the same time. The first to be set is the
// first to ring, so that one timer serves all, and it is set anew only after it has fired:
// most alarms are stopped long before they would ring, and then cost a place in a list.
//
// An alarm has a timer of its own where the time is another one, and in a
// testing/synctest bubble, whose timers must not be used outside of it.
type alarms struct {
	limit time.Duration // what an alarm in the list allows
	clock clock         // by which those ring
	apart bool          // each alarm has a timer of its own

	mu          sync.Mutex // mu guards the fields below and those of each alarm
	first, last *alarm
	timer       *time.Timer
	ticking     bool // whether the timer will fire
}

// newAlarms returns the alarms of a limit.
func newAlarms(limit time.Duration) *alarms {
	now := time.Now()
	return &alarms{limit: limit, clock: clock{now}, apart: now.Year() < bubbleEnd}
}

// The clock of a bubble starts with the year 2000, and is decades behind that of its
// surroundings, or ahead, seen from there.
const (
	bubbleEnd = 2009
	absurd    = 10 * 365 * 24 * time.Hour
)

// clock counts from an epoch, in one reading of the monotonic clock.
type clock struct{ epoch time.Time }

func (c *clock) now() time.Duration { return time.Since(c.epoch) }

// now returns the clock for an alarm, and the time by it.
func (s *alarms) now() (*clock, time.Duration) {
	if now := s.clock.now(); !s.apart && 0 <= now && now < absurd {
		return &s.clock, now
	}
	return &clock{time.Now()}, 0
}

// alarm calls check once its time is over, in a goroutine of its own. The zero alarm has
// not been set.
type alarm struct {
	prev, next *alarm
	at         time.Duration // when it rings
	check      checker
	timer      *time.Timer // its own
	listed     bool
	stopped    bool // it rings no more
}

// A checker is whose time is over.
type checker interface{ check() }

// set makes a call check after d from now on, unless it is stopped. The clock and now are
// of the alarms.
func (s *alarms) set(a *alarm, check checker, c *clock, now, d time.Duration) {
	s.mu.Lock()
	switch {
	case a.stopped:
	case d != s.limit || c != &s.clock || a.timer != nil:
		a.check = check
		s.ownLocked(a, d)
	default:
		s.dropLocked(a)
		a.check, a.at = check, now+d
		s.pushLocked(a)
		if !s.ticking {
			s.tickLocked(d)
		}
	}
	s.mu.Unlock()
}

// tickLocked makes the timer fire after d.
func (s *alarms) tickLocked(d time.Duration) {
	s.ticking = true
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.ring)
	} else {
		s.timer.Reset(d)
	}
}

// reset makes a that was set before ring after d, unless it is stopped.
func (s *alarms) reset(a *alarm, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.stopped {
		s.ownLocked(a, d)
	}
}

// stop makes a ring no more.
func (s *alarms) stop(a *alarm) {
	s.mu.Lock()
	a.stopped = true
	s.dropLocked(a)
	if a.timer != nil {
		a.timer.Stop()
	}
	s.mu.Unlock()
}

// ownLocked makes a ring after d by a timer of its own.
func (s *alarms) ownLocked(a *alarm, d time.Duration) {
	s.dropLocked(a)
	if a.timer == nil {
		a.timer = time.AfterFunc(d, a.check.check)
	} else {
		a.timer.Reset(d)
	}
}

func (s *alarms) pushLocked(a *alarm) {
	a.listed = true
	if a.prev = s.last; a.prev != nil {
		a.prev.next = a
	} else {
		s.first = a
	}
	s.last = a
}

func (s *alarms) dropLocked(a *alarm) {
	if !a.listed {
		return
	}
	a.listed = false
	if a.prev != nil {
		a.prev.next = a.next
	} else {
		s.first = a.next
	}
	if a.next != nil {
		a.next.prev = a.prev
	} else {
		s.last = a.prev
	}
	a.prev, a.next = nil, nil
}

// ring runs when the timer fires. It waits for the next alarm that is set then.
func (s *alarms) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.now()
	for s.first != nil {
		a := s.first
		if left := a.at - now; left > 0 {
			s.timer.Reset(left)
			return
		}
		s.dropLocked(a)
		go a.check.check()
	}
	s.ticking = false
}
