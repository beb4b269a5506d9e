package concurrency

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// estimator finds the number of slots of one key. It is told the time: learn is a
// function of its state, the sample and now.
type estimator struct {
	Adaptive
	slots atomic.Int64 // how many the semaphore has

	// mu guards the fields below. No other lock is taken while it is held.
	mu       sync.Mutex
	limit    float64
	base     time.Duration             // the baseline, 0 while it is not known
	thresh   float64                   // the slots double below it
	falling  bool                      // the last change was downwards
	atMin    int                       // the number of slow windows in a row at Min
	windows  int                       // the number of windows until the next probe
	lowered  time.Time                 // when an overload lowered the slots last
	began    time.Time                 // when the window began
	n        int                       // the number of samples in the window
	loaded   int                       // of them, those with half of the slots in use
	samples  [maxSamples]time.Duration // the times to headers
	probing  bool
	measured time.Time   // since when no more than Probe slots are in use in a probe
	timer    *time.Timer // ends a probe that gets nowhere
}

func newEstimator(a Adaptive) *estimator {
	f := &estimator{Adaptive: a, limit: float64(a.Start), thresh: math.Inf(1), windows: nextProbe()}
	f.slots.Store(int64(a.Start))
	return f
}

// nextProbe is jittered, so that a fleet does not probe in step.
func nextProbe() int { return probeEvery + rand.IntN(probeEvery+1) }

// kind is what an outcome says about the number of slots.
type kind uint8

const (
	ignored   kind = iota
	succeeded      // the server responded in good order
	dropped        // the server has more requests than it can serve
)

// sample is the outcome of one request.
type sample struct {
	kind    kind
	took    time.Duration // to the headers
	timeout bool
	now     time.Time // when it was taken
}

// learn takes in a sample, with how many slots are in use and the ceiling. It reports
// whether there are more slots.
func (f *estimator) learn(s sample, used, ceiling int64) (more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, d := s.now, s.took
	before := f.slots.Load()
	sent := now.Add(-d)
	switch {
	case s.kind == dropped:
		f.dropLocked(now, sent)
	case f.probing:
		f.probeLocked(now, sent, d, used)
	default:
		f.gatherLocked(now, sent, d, used)
	}
	f.limit = min(f.limit, float64(ceiling))
	f.publishLocked()
	return f.slots.Load() > before
}

func (f *estimator) publishLocked() {
	n := int64(f.limit)
	if f.probing {
		n = min(n, int64(f.Probe))
	}
	f.slots.Store(max(n, 1))
}

func (f *estimator) resetLocked(now time.Time) { f.began, f.n, f.loaded = now, 0, 0 }

// dropLocked lowers the slots, once for all that was sent before.
func (f *estimator) dropLocked(now, sent time.Time) {
	if sent.Before(f.lowered) {
		return
	}
	f.endProbeLocked()
	f.lowerLocked(f.limit * decrease)
	f.lowered = now
	f.resetLocked(now)
}

func (f *estimator) lowerLocked(to float64) {
	if !f.falling {
		f.thresh = f.limit * decrease
	}
	f.falling = true
	f.limit = max(min(to, f.limit-1), float64(f.Min))
}

// gatherLocked gathers a sample. A request that was sent before the slots changed
// last says nothing about what they are now.
func (f *estimator) gatherLocked(now, sent time.Time, d time.Duration, used int64) {
	if f.began.IsZero() {
		f.resetLocked(sent)
	}
	if sent.Before(f.began) {
		return
	}
	f.samples[f.n%maxSamples] = d
	f.n++
	if float64(used)*2 >= f.limit {
		f.loaded++
	}
	enough := minSamples
	if f.limit <= float64(f.Probe) {
		enough = fewSamples
	}
	if f.n < enough || now.Sub(f.began) < f.Window {
		return
	}
	f.decideLocked(f.medianLocked(), f.loaded*2 >= f.n)
	f.resetLocked(now)
	if f.windows--; f.windows <= 0 && int64(f.limit) > int64(f.Probe) {
		f.startProbeLocked()
	}
}

func (f *estimator) medianLocked() time.Duration {
	s := f.samples
	part := s[:min(f.n, maxSamples)]
	slices.Sort(part)
	return part[len(part)/2]
}

// decideLocked is the gradient: what one window of a median does to the slots.
func (f *estimator) decideLocked(median time.Duration, loaded bool) {
	median = max(median, 1)
	if f.base == 0 || median < f.base {
		f.base = median
	}
	if !loaded {
		return
	}
	gradient := f.Tolerance * float64(f.base) / float64(median)
	if gradient < 1 {
		// Nothing is added on top: a headroom would creep up under mild overload.
		f.lowerLocked(f.limit * max(gradient, steepest))
		if f.limit > float64(f.Min) {
			f.atMin = 0
		} else if f.atMin++; f.atMin >= patientAtMin {
			if f.Min <= f.Probe {
				f.base = median // so few for so long: the slowness is not ours
			}
			f.rebaseLocked(median)
		}
		return
	}
	f.falling, f.atMin = false, 0
	if f.limit < f.thresh {
		f.limit = min(f.limit*2, max(f.thresh, f.limit+1))
		return
	}
	f.thresh = 0
	f.limit += math.Sqrt(f.limit)
}

func (f *estimator) rebaseLocked(median time.Duration) {
	f.base = min(median, f.base*baseRise)
	f.atMin = 0
	f.windows = nextProbe()
}

// startProbeLocked lowers the slots until a few samples with no more than Probe in
// use are in. The timer ends a probe that slow bodies keep from beginning.
func (f *estimator) startProbeLocked() {
	f.probing, f.measured = true, time.Time{}
	f.windows = nextProbe()
}

func (f *estimator) probeLocked(now, sent time.Time, d time.Duration, used int64) {
	if f.measured.IsZero() {
		if used <= int64(f.Probe) {
			f.measured = now
		}
		return
	}
	if sent.Before(f.measured) {
		return
	}
	f.samples[f.n%maxSamples] = d
	if f.n++; f.n >= minSamples {
		f.rebaseLocked(f.medianLocked())
		f.endProbeLocked()
		f.resetLocked(now)
	}
}

func (f *estimator) endProbeLocked() {
	f.probing = false
	if f.timer != nil {
		f.timer.Stop()
		f.timer = nil
	}
}

// limitProbe ends a probe that gets nowhere; the estimator is that of s.
func (f *estimator) limitProbe(s *semaphore) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.probing || f.timer != nil {
		return
	}
	f.timer = time.AfterFunc(2*f.Window, func() {
		f.mu.Lock()
		f.endProbeLocked()
		f.resetLocked(time.Now())
		f.publishLocked()
		f.mu.Unlock()
		s.grow()
	})
}
