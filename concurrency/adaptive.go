package concurrency

import (
	"sync"
	"sync/atomic"
	"time"
)

// Adaptive makes [Limit.Max] a ceiling and finds the number of slots below it
// by itself, for each key. The zero Adaptive has the defaults.
//
// It learns in windows. A 429, 503, 504 or 529 that the caller does not accept,
// and a timeout, lower the slots at once (times 0.7, once for all that were
// sent before). Otherwise the median time to headers of a window decides:
// within Tolerance of the baseline it adds the square root of the slots, above
// it the slots are scaled down by as much. Only windows in which half of the
// slots were in use count: a client that asks for little proves nothing. Calls
// that the caller canceled, rejections of ours, replayed responses and faults of
// other kinds are ignored.
//
// The baseline is the least median seen since the last probe. A probe lowers
// the slots to Probe every 20 to 40 windows, for ten responses, and is the only
// thing that raises the baseline, at most to its double: a server that grows
// slow under our own load does not make slowness the new measure. The exception
// are five windows at a Min of at most Probe that are still too slow: that is not
// our load, so their median is the new baseline, whatever it is.
type Adaptive struct {
	// Min is the least number of slots. Default 1.
	Min int
	// Start is the number of slots that a key begins with. Default 10, at most
	// Max.
	Start int
	// Probe is the number of slots during a probe. Default 3.
	Probe int
	// Tolerance is how many times the baseline the time to headers may be.
	// Default 1.5; it must be above 1.
	Tolerance float64
	// Window is how long responses are gathered before the slots change, longer
	// until there are ten, or three with at most Probe slots. Default 1 s.
	Window time.Duration
}

const (
	defaultStart     = 10
	defaultProbe     = 3
	defaultTolerance = 1.5
)

// check fills in the defaults; the text says what makes no sense.
func (a Adaptive) check(ceiling int) (c Adaptive, wrong string) {
	switch {
	case a.Min < 0 || a.Min > ceiling:
		return a, "Adaptive.Min must be within 1 and Max"
	case a.Start < 0 || a.Start > ceiling:
		return a, "Adaptive.Start must be within Min and Max"
	case a.Start > 0 && a.Start < a.Min:
		return a, "Adaptive.Start must be within Min and Max"
	case a.Probe < 0:
		return a, "Adaptive.Probe is negative"
	case a.Tolerance != 0 && !(a.Tolerance > 1 && a.Tolerance < 1000):
		return a, "Adaptive.Tolerance must be above 1"
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

// adaptiveSlots is the number of slots of one key, as its estimator finds it.
type adaptiveSlots struct {
	slots atomic.Int64

	mu    sync.Mutex // mu guards est and timer.
	est   estimator
	timer *time.Timer // ends a probe that gets nowhere
}

func newAdaptiveSlots(a Adaptive) *adaptiveSlots {
	s := &adaptiveSlots{est: newEstimator(a)}
	s.slots.Store(s.est.slots())
	return s
}

// observe takes in what became of a request of s. A timeout that came before a
// usual response could have, of a deadline that was nearly over, is ignored.
func (s *semaphore) observe(what sample, took time.Duration, timeout bool) {
	s = s.live()
	if s.adaptive != nil && s.adaptive.observe(s, what, took, timeout) {
		s.grow()
	}
}

// observe reports whether there are more slots than before.
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

// timeProbeLocked starts the timer of a probe that has begun, and stops that of one
// that is over. Slow bodies can keep a probe from ever getting its responses.
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
