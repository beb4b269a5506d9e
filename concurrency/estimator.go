package concurrency

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	minSamples  = 10
	fewSamples  = 3 // where ten would take too long of a slow server
	maxSamples  = 64
	dropFactor  = 0.7 // what a drop leaves of the slots
	leastFactor = 0.5 // what one slow window leaves at least
	riseFactor  = 2   // how many times the baseline a probe may make it
	probeEvery  = 20  // windows, and up to as many more
	slowAtMin   = 5   // slow windows at Min that make a new baseline
)

// estimator finds the number of slots of one key. It is a state that samples
// change; it has no clock, no lock and no timer.
type estimator struct {
	Adaptive

	limit     float64       // the slots outside of a probe
	base      time.Duration // the baseline; 0: not known
	thresh    float64       // below it the slots double
	falling   bool          // the last change was downwards
	minSlow   int           // slow windows in a row at Min
	windows   int           // how many windows there are until the next probe
	lowered   time.Time     // when a drop lowered the slots
	began     time.Time     // when the window began
	n         int           // the samples of the window
	loaded    int           // the samples that came with half of the slots in use
	samples   [maxSamples]time.Duration
	probing   bool
	measuring time.Time // when the slots in use came down to those of the probe
}

func newEstimator(a Adaptive) estimator {
	return estimator{Adaptive: a, limit: float64(a.Start), thresh: math.Inf(1), windows: nextProbe()}
}

// nextProbe is jittered, so that a fleet does not probe in step.
func nextProbe() int { return probeEvery + rand.IntN(probeEvery+1) }

// slots returns how many slots there are now.
func (e *estimator) slots() int64 {
	n := int64(e.limit)
	if e.probing {
		n = min(n, int64(e.Probe))
	}
	return max(n, 1)
}

// late reports whether a request took longer than a response may.
func (e *estimator) late(took time.Duration) bool {
	return float64(took) > e.Tolerance*float64(e.base)
}

// observe takes in what became of a request at now: how long its headers took, how
// many slots are in use, and the most there may be.
func (e *estimator) observe(now time.Time, what sample, took time.Duration, used, most int64) {
	sent := now.Add(-took)
	switch {
	case what == dropped:
		e.drop(now, sent)
	case e.probing:
		e.probe(now, sent, took, used)
	default:
		e.gather(now, sent, took, used)
	}
	e.limit = min(e.limit, float64(most))
}

func (e *estimator) reset(now time.Time) { e.began, e.n, e.loaded = now, 0, 0 }

// drop lowers the slots, once for all that was sent before.
func (e *estimator) drop(now, sent time.Time) {
	if sent.Before(e.lowered) {
		return
	}
	e.endProbe()
	e.lower(e.limit * dropFactor)
	e.lowered = now
	e.reset(now)
}

func (e *estimator) lower(to float64) {
	if !e.falling {
		e.thresh = e.limit * dropFactor
	}
	e.falling = true
	e.limit = max(min(to, e.limit-1), float64(e.Min))
}

// gather takes in the time of a response. Those of requests that were sent before
// the slots changed last say nothing about what they are now.
func (e *estimator) gather(now, sent time.Time, took time.Duration, used int64) {
	if e.began.IsZero() {
		e.reset(sent)
	}
	if sent.Before(e.began) {
		return
	}
	e.samples[e.n%maxSamples] = took
	e.n++
	if float64(used)*2 >= e.limit {
		e.loaded++
	}
	enough := minSamples
	if e.limit <= float64(e.Probe) {
		enough = fewSamples
	}
	if e.n < enough || now.Sub(e.began) < e.Window {
		return
	}
	e.decide(e.median(), e.loaded*2 >= e.n)
	e.reset(now)
	if e.windows--; e.windows <= 0 && int64(e.limit) > int64(e.Probe) {
		e.startProbe()
	}
}

func (e *estimator) median() time.Duration {
	s := e.samples
	part := s[:min(e.n, maxSamples)]
	slices.Sort(part)
	return part[len(part)/2]
}

// decide is the gradient: what one window of a median does to the slots.
func (e *estimator) decide(median time.Duration, loaded bool) {
	median = max(median, 1)
	if e.base == 0 || median < e.base {
		e.base = median
	}
	if !loaded {
		return
	}
	gradient := e.Tolerance * float64(e.base) / float64(median)
	if gradient < 1 {
		// Nothing is added on top: a headroom would creep up under mild overload.
		e.lower(e.limit * max(gradient, leastFactor))
		if e.limit > float64(e.Min) {
			e.minSlow = 0
		} else if e.minSlow++; e.minSlow >= slowAtMin {
			if e.Min <= e.Probe {
				e.base = median // so few for so long: the slowness is not ours
			}
			e.rebase(median)
		}
		return
	}
	e.falling, e.minSlow = false, 0
	if e.limit < e.thresh {
		e.limit = min(e.limit*2, max(e.thresh, e.limit+1))
		return
	}
	e.thresh = 0
	e.limit += math.Sqrt(e.limit)
}

func (e *estimator) rebase(median time.Duration) {
	e.base = min(median, e.base*riseFactor)
	e.minSlow = 0
	e.windows = nextProbe()
}

// startProbe lowers the slots until a few lonely responses are in.
func (e *estimator) startProbe() {
	e.probing, e.measuring = true, time.Time{}
	e.windows = nextProbe()
}

func (e *estimator) probe(now, sent time.Time, took time.Duration, used int64) {
	if e.measuring.IsZero() {
		if used <= int64(e.Probe) {
			e.measuring = now
		}
		return
	}
	if sent.Before(e.measuring) {
		return
	}
	e.samples[e.n%maxSamples] = took
	if e.n++; e.n >= minSamples {
		e.rebase(e.median())
		e.endProbe()
		e.reset(now)
	}
}

func (e *estimator) endProbe() { e.probing = false }
