package concurrency

import "time"

// Adaptive makes [Limit.Max] a ceiling and finds the number of slots below it
// by itself, for each key. The zero Adaptive has the defaults.
//
// It learns in windows. A 429, 503, 504 or 529 that the caller does not accept,
// and a timeout, lower the slots at once (times 0.7, once for all that were
// sent before). Otherwise the median time to headers of a window decides:
// within Tolerance of the baseline it adds the square root of the slots, above
// it the slots are scaled down by as much. Only windows in which half of the
// slots were in use count: a client that asks for little proves nothing. Calls
// that the caller canceled, rejected requests, replayed responses and faults of
// other kinds are no samples.
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
	minSamples       = 10
	fewSamples       = 3 // where ten would take too long of a slow server
	maxSamples       = 64
	decrease         = 0.7 // what an overload leaves of the slots
	steepest         = 0.5 // what one slow window leaves of them at least
	baseRise         = 2   // how many times the baseline a probe may make it
	probeEvery       = 20  // windows, and up to as many more
	patientAtMin     = 5   // windows
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
