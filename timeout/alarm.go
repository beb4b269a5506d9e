package timeout

import (
	"sync"
	"sync/atomic"
	"time"
)

// alarms are the alarms of a layer that all allow the same time. They ring in the order in which
// they were set, so one timer serves all. It is set again only after it has fired: most alarms are
// stopped long before they would ring, and then cost only a place in a list.
//
// An alarm has a timer of its own where the time is another one, and in a
// testing/synctest bubble, whose timers must not be used outside it.
type alarms struct {
	limit time.Duration // what an alarm in the list allows
	clock clock         // the clock of the alarms in the list
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

// The clock of a bubble starts with the year 2000. Seen from outside it is decades behind, and seen
// from inside the clock outside is decades ahead.
const (
	bubbleEnd = 2009
	absurd    = 10 * 365 * 24 * time.Hour
)

// clock counts from an epoch, by one reading of the monotonic clock.
type clock struct{ epoch time.Time }

func (c *clock) now() time.Duration { return time.Since(c.epoch) }

// now returns the clock for an alarm, and the time by that clock.
func (s *alarms) now() (*clock, time.Duration) {
	if now := s.clock.now(); !s.apart && 0 <= now && now < absurd {
		return &s.clock, now
	}
	return &clock{time.Now()}, 0
}

// alarm calls check when its time is over, in a goroutine of its own. The zero alarm has not been
// set.
type alarm struct {
	prev, next *alarm
	at         time.Duration // when it rings
	check      checker
	timer      *time.Timer // its own timer, if it has one
	listed     bool
	stopped    atomic.Bool // it will not ring; set with mu held
}

// A checker is called when its time is over.
type checker interface{ check() }

// set makes a call check in d, unless it is stopped. c and now are from [alarms.now].
func (s *alarms) set(a *alarm, check checker, c *clock, now, d time.Duration) {
	s.mu.Lock()
	switch {
	case a.stopped.Load():
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

// tickLocked makes the timer fire in d. mu must be held.
func (s *alarms) tickLocked(d time.Duration) {
	s.ticking = true
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.ring)
	} else {
		s.timer.Reset(d)
	}
}

// reset makes a, which has been set, ring in d, unless it is stopped.
func (s *alarms) reset(a *alarm, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !a.stopped.Load() {
		s.ownLocked(a, d)
	}
}

// stop keeps a from ringing, for good. The alarm of a body is stopped at EOF and again by Close, so
// a second call takes no lock.
func (s *alarms) stop(a *alarm) {
	if a.stopped.Load() {
		return
	}
	s.mu.Lock()
	a.stopped.Store(true)
	s.dropLocked(a)
	if a.timer != nil {
		a.timer.Stop()
	}
	s.mu.Unlock()
}

// ownLocked makes a ring in d by a timer of its own. mu must be held.
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

// ring runs when the timer fires. It sets the timer for the next alarm.
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
