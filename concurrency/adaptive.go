package concurrency

import (
	"sync"
	"sync/atomic"
	"time"
)

// Adaptive configures a [Limit] that finds the number of slots of each key by itself, with
// [Limit.Max] as a ceiling. The zero Adaptive has the defaults.
//
// A 429, 503, 504 or 529 that the caller does not accept, and a timeout, multiply the slots by
// 0.7 at once, but only once for all requests sent before. Otherwise the slots change at the end
// of a window, by its median time to headers. If that is within Tolerance of the baseline, they
// double, until they are back at 0.7 of what they last began to fall from, and from there on the
// square root of the slots is added; those of a new key double until they first fall. If it is
// above, they are reduced in proportion, at most halved. A window counts only if at least half of
// the slots were in use. Calls that the caller canceled, rejections by other layers, replayed
// responses and other faults are ignored.
//
// The baseline is the lowest median since the last probe. Every 20 to 40 windows a probe lowers the
// slots to Probe for ten responses. Only a probe raises the baseline, and at most doubles it, so that
// a server that becomes slow under our own load does not make slowness the new baseline. There is one
// exception: five windows with Min slots that are still too slow raise it as well. If Min is at
// most Probe, our load is not the reason, and their median becomes the baseline.
type Adaptive struct {
	// Min is the minimum number of slots. Default 1.
	Min int
	// Start is the number of slots that a key begins with. Default 10, at least Min and at most Max.
	Start int
	// Probe is the number of slots during a probe. Default 3.
	Probe int
	// Tolerance is how many times the baseline the time to headers may be. Default 1.5.
	// It must be above 1.
	Tolerance float64
	// Window is how long responses are collected before the slots change. It lasts longer
	// until there are ten responses, or three with at most Probe slots. Default 1 s.
	Window time.Duration
}

const (
	defaultStart     = 10
	defaultProbe     = 3
	defaultTolerance = 1.5
)

// check fills in the defaults. wrong says what is invalid, "" if nothing is.
func (a Adaptive) check(ceiling int) (c Adaptive, wrong string) {
	switch {
	case a.Min < 0 || a.Min > ceiling:
		return a, "Adaptive.Min must be between 1 and Max"
	case a.Start < 0 || a.Start > ceiling:
		return a, "Adaptive.Start must be between Min and Max"
	case a.Start > 0 && a.Start < a.Min:
		return a, "Adaptive.Start must be between Min and Max"
	case a.Probe < 0:
		return a, "Adaptive.Probe is negative"
	case a.Tolerance != 0 && !(a.Tolerance > 1 && a.Tolerance < 1000):
		return a, "Adaptive.Tolerance must be above 1 and below 1000"
	case a.Window < 0:
		return a, "Adaptive.Window is negative"
	}
	a.Min = max(a.Min, 1)
	if a.Start == 0 {
		a.Start = max(min(defaultStart, ceiling), a.Min)
	}
	if a.Probe == 0 {
		a.Probe = defaultProbe
	}
	if a.Tolerance == 0 {
		a.Tolerance = defaultTolerance
	}
	if a.Window == 0 {
		a.Window = time.Second
	}
	return a, ""
}

// adaptiveSlots is the number of slots of one key as its estimator finds it.
type adaptiveSlots struct {
	slots atomic.Int64

	mu    sync.Mutex // mu guards est and timer.
	est   estimator
	timer *time.Timer // ends a probe that takes too long
}

func newAdaptiveSlots(a Adaptive) *adaptiveSlots {
	s := &adaptiveSlots{est: newEstimator(a)}
	s.slots.Store(s.est.slots())
	return s
}

// observe records what happened to a request of s. It ignores a timeout that came before a usual
// response could have, because a deadline was almost over.
func (s *semaphore) observe(what sample, took time.Duration, timeout bool) {
	s = s.live()
	if s.adaptive != nil && s.adaptive.observe(s, what, took, timeout) {
		s.grow()
	}
}

// observe records a sample. It reports whether there are more slots than before.
func (a *adaptiveSlots) observe(s *semaphore, what sample, took time.Duration, timeout bool) (more bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if timeout && !a.est.late(took) {
		return false
	}
	a.est.observe(time.Now(), what, took, inUse(s.state.Load()), s.limit.max.Load())
	a.timeProbeLocked(s)
	n := a.est.slots()
	return n > a.slots.Swap(n)
}

// timeProbeLocked starts the timer of a probe that has begun and stops that of one that is over.
// Slow bodies can keep a probe from ever getting its responses. mu must be held.
func (a *adaptiveSlots) timeProbeLocked(s *semaphore) {
	switch {
	case a.est.probing == (a.timer != nil):
	case a.est.probing:
		var own *time.Timer
		own = time.AfterFunc(2*a.est.Window, func() {
			a.mu.Lock()
			late := a.timer == own
			if late {
				a.timer = nil
				a.est.endProbe()
				a.est.reset(time.Now())
				a.slots.Store(a.est.slots())
			}
			a.mu.Unlock()
			if late {
				s.grow()
			}
		})
		a.timer = own
	default:
		a.timer.Stop()
		a.timer = nil
	}
}
