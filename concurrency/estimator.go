package concurrency

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	minSamples  = 10
	fewSamples  = 3 // enough if a slow server takes too long for ten
	maxSamples  = 64
	dropFactor  = 0.7 // the share of the slots that a drop leaves
	leastFactor = 0.5 // the least share that a slow window leaves
	riseFactor  = 2   // by how much a probe may multiply the baseline
	probeEvery  = 20  // windows between two probes, and up to as many more
	slowAtMin   = 5   // slow windows at Min that make a new baseline
)

// estimator finds the number of slots of one key. It is a state that samples change, without a
// clock, lock or timer.
type estimator struct {
	Adaptive

	limit     float64       // the slots outside of a probe
	base      time.Duration // the baseline, 0 if unknown
	thresh    float64       // below it the slots double
	falling   bool          // the last change was downwards
	minSlow   int           // slow windows in a row at Min
	windows   int           // how many windows there are until the next probe
	lowered   time.Time     // when a drop last lowered the slots
	began     time.Time     // when the window began
	n         int           // the samples of the window
	loaded    int           // how many of them came with half of the slots in use
	samples   [maxSamples]time.Duration
	probing   bool
	measuring time.Time // when no more slots were in use than the probe has
}

func newEstimator(a Adaptive) estimator {
	return estimator{Adaptive: a, limit: float64(a.Start), thresh: math.Inf(1), windows: nextProbe()}
}

// nextProbe returns the number of windows until the next probe. It has jitter, so that the
// processes of a fleet do not probe at the same time.
func nextProbe() int { return probeEvery + rand.IntN(probeEvery+1) }

// slots returns the current number of slots.
func (e *estimator) slots() int64 {
	n := int64(e.limit)
	if e.probing {
		n = min(n, int64(e.Probe))
	}
	return n
}

// late reports whether a request took longer than a response should.
func (e *estimator) late(took time.Duration) bool {
	return float64(took) > e.Tolerance*float64(e.base)
}

// observe records what happened to a request at now. took is how long its headers took, at least 1,
// used how many slots are in use, and most the largest number there may be.
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

// drop lowers the slots, once for all requests that were sent before.
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

// gather records the time of a response. A response to a request that was sent before the slots
// last changed says nothing about their current number.
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

// decide changes the slots by the median of one window. It is the gradient of the algorithm.
func (e *estimator) decide(median time.Duration, loaded bool) {
	if e.base == 0 || median < e.base {
		e.base = median
	}
	if !loaded {
		return
	}
	gradient := e.Tolerance * float64(e.base) / float64(median)
	if gradient < 1 {
		// Nothing is added: with headroom the slots would creep up under mild overload.
		e.lower(e.limit * max(gradient, leastFactor))
		if e.limit > float64(e.Min) {
			return
		}
		if e.minSlow++; e.minSlow >= slowAtMin {
			if e.Min <= e.Probe {
				e.base = median // with so few slots for so long we are not the cause of the slowness
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

// startProbe lowers the slots until a few responses without load have arrived.
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
