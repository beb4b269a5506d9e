package concurrency

import (
	"math"
	"math/rand/v2"
	"slices"
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
// that the caller canceled, refusals of ours, replayed answers and faults of
// other kinds teach nothing.
//
// The baseline is the least median seen since the last probe. A probe lowers
// the slots to Probe every 20 to 40 windows, for ten answers, and is the only
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
	// Window is how long answers are gathered before the slots change, longer
	// until there are ten, or three with at most Probe slots. Default 1 s.
	Window time.Duration
}

const (
	defaultStart     = 10
	defaultProbe     = 3
	defaultTolerance = 1.5
	minSamples       = 10
	fewSamples       = 3 // where ten would take too long of a slow server
	maxSamples       = 64
	backoff          = 0.7 // what a drop leaves
	steepest         = 0.5 // what one slow window leaves at least
	baseRise         = 2   // how many times the baseline a probe may make it
	probeEvery       = 20  // windows, and up to as many more
	patientAtFloor   = 5   // windows
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

// finder finds the number of slots of one key.
type finder struct {
	Adaptive
	slots atomic.Int64 // what the semaphore goes by

	mu       sync.Mutex
	limit    float64
	base     time.Duration // 0: not known
	thresh   float64       // below it the slots double
	falling  bool          // the last change was downwards
	atFloor  int           // slow windows in a row at Min
	windows  int           // until the next probe
	lowered  time.Time     // by a drop
	began    time.Time     // of the window
	n        int
	loaded   int // of n, with half of the slots in use
	samples  [maxSamples]time.Duration
	probing  bool
	measured time.Time // since when a probe is as lonely as it should be
	timer    *time.Timer
}

func newFinder(a Adaptive) *finder {
	f := &finder{Adaptive: a, limit: float64(a.Start), thresh: math.Inf(1), windows: nextProbe()}
	f.slots.Store(int64(a.Start))
	return f
}

// nextProbe is jittered, so that a fleet does not probe in step.
func nextProbe() int { return probeEvery + rand.IntN(probeEvery+1) }

type lesson uint8

const (
	nothing  lesson = iota
	answered        // in good order
	dropped         // the server has too much to do
)

// learn takes in what became of a request: how long its headers took, how many
// slots are in use, and the ceiling. It reports whether there are more slots.
func (f *finder) learn(what lesson, d time.Duration, used, ceiling int64) (more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	before := f.slots.Load()
	sent := now.Add(-d)
	switch {
	case what == dropped:
		f.drop(now, sent)
	case f.probing:
		f.probe(now, sent, d, used)
	default:
		f.sample(now, sent, d, used)
	}
	f.limit = min(f.limit, float64(ceiling))
	f.publish()
	return f.slots.Load() > before
}

func (f *finder) publish() {
	n := int64(f.limit)
	if f.probing {
		n = min(n, int64(f.Probe))
	}
	f.slots.Store(max(n, 1))
}

func (f *finder) reset(now time.Time) { f.began, f.n, f.loaded = now, 0, 0 }

// drop lowers the slots, once for all that was sent before.
func (f *finder) drop(now, sent time.Time) {
	if sent.Before(f.lowered) {
		return
	}
	f.endProbe()
	f.lower(f.limit * backoff)
	f.lowered = now
	f.reset(now)
}

func (f *finder) lower(to float64) {
	if !f.falling {
		f.thresh = f.limit * backoff
	}
	f.falling = true
	f.limit = max(min(to, f.limit-1), float64(f.Min))
}

// sample gathers an answer. Those of requests that were sent before the slots
// changed last say nothing about what they are now.
func (f *finder) sample(now, sent time.Time, d time.Duration, used int64) {
	if f.began.IsZero() {
		f.reset(sent)
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
	f.decide(f.median(), f.loaded*2 >= f.n)
	f.reset(now)
	if f.windows--; f.windows <= 0 && int64(f.limit) > int64(f.Probe) {
		f.startProbe()
	}
}

func (f *finder) median() time.Duration {
	s := f.samples
	part := s[:min(f.n, maxSamples)]
	slices.Sort(part)
	return part[len(part)/2]
}

// decide is the gradient: what one window of a median does to the slots.
func (f *finder) decide(median time.Duration, loaded bool) {
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
		f.lower(f.limit * max(gradient, steepest))
		if f.limit > float64(f.Min) {
			f.atFloor = 0
		} else if f.atFloor++; f.atFloor >= patientAtFloor {
			if f.Min <= f.Probe {
				f.base = median // so few for so long: the slowness is not ours
			}
			f.rebase(median)
		}
		return
	}
	f.falling, f.atFloor = false, 0
	if f.limit < f.thresh {
		f.limit = min(f.limit*2, max(f.thresh, f.limit+1))
		return
	}
	f.thresh = 0
	f.limit += math.Sqrt(f.limit)
}

func (f *finder) rebase(median time.Duration) {
	f.base = min(median, f.base*baseRise)
	f.atFloor = 0
	f.windows = nextProbe()
}

// startProbe lowers the slots until a few lonely answers are in. The timer ends
// what slow bodies keep from ever beginning.
func (f *finder) startProbe() {
	f.probing, f.measured = true, time.Time{}
	f.windows = nextProbe()
}

func (f *finder) probe(now, sent time.Time, d time.Duration, used int64) {
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
		f.rebase(f.median())
		f.endProbe()
		f.reset(now)
	}
}

func (f *finder) endProbe() {
	f.probing = false
	if f.timer != nil {
		f.timer.Stop()
		f.timer = nil
	}
}

// limitProbe ends a probe that gets nowhere, for the semaphore of f.
func (f *finder) limitProbe(s *semaphore) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.probing || f.timer != nil {
		return
	}
	f.timer = time.AfterFunc(2*f.Window, func() {
		f.mu.Lock()
		f.endProbe()
		f.reset(time.Now())
		f.publish()
		f.mu.Unlock()
		s.grow()
	})
}
