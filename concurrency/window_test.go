package concurrency

import (
	"math"
	"testing"
	"time"
)

// feed is an estimator and the clock of the responses that it gets.
type feed struct {
	estimator
	now time.Time
}

// newFeed returns an estimator whose slots have no memory of a fall.
func newFeed(a Adaptive) *feed {
	a, wrong := a.check(1000)
	if wrong != "" {
		panic(wrong)
	}
	f := &feed{newEstimator(a), time.Unix(1, 0)}
	f.windows = 1000 // no probe, which comes by chance
	return f
}

const (
	quick    = 100 * time.Millisecond // the baseline
	halving  = 3 * quick              // 1.5 times the baseline, over 0.5
	noBounds = 1000
)

// window feeds the responses of one window, with all slots in use.
func (f *feed) window(took time.Duration, most int64) {
	n, used := minSamples, f.slots()
	if used <= int64(f.Probe) {
		n = fewSamples
	}
	began := f.now
	for i := range n {
		f.now = began.Add(took + time.Duration(i)*f.Window/time.Duration(n-1))
		f.observe(f.now, good, took, used, most)
	}
}

// drop feeds a 429 to a request that has just been sent.
func (f *feed) drop(most int64) {
	f.now = f.now.Add(2)
	f.observe(f.now, dropped, 1, f.slots(), most)
}

func (f *feed) want(t *testing.T, when string, limit float64) {
	t.Helper()
	if math.Abs(f.limit-limit) > 1e-3 {
		t.Errorf("%s: %v slots, want %v", when, f.limit, limit)
	}
}

func TestSlotsDoubleOnTheWayBackToWhereTheyFellFrom(t *testing.T) {
	f := newFeed(Adaptive{})
	for _, limit := range []float64{20, 40, 80, 160} { // they have never fallen yet
		f.window(quick, noBounds)
		f.want(t, "at the start", limit)
	}
	up := func() { // 0.7 of 160 slots is 112
		t.Helper()
		for _, limit := range []float64{112, 112 + math.Sqrt(112)} {
			f.window(quick, noBounds)
			f.want(t, "on the way up", limit)
		}
	}
	f.window(halving, noBounds)
	f.want(t, "after a slow window", 80)
	up()
	f.limit = 160
	for _, limit := range []float64{112, 78.4} {
		f.drop(noBounds)
		f.want(t, "after a 429", limit)
	}
	up() // it is where the first 429 came that counts
}

func TestSlotsStayBetweenMinAndMax(t *testing.T) {
	f := newFeed(Adaptive{Min: 4})
	const most = 50
	for range 20 {
		f.window(quick, most)
	}
	f.want(t, "after 20 quick windows", most)
	f.drop(most)
	f.want(t, "after a 429", 0.7*most) // it does not matter for how long there were Max slots
	for range 20 {
		f.drop(most)
	}
	f.want(t, "after 20 further 429s", 4)
	for range 4 {
		f.window(halving, most)
	}
	f.want(t, "after slow windows", 4)
}

func TestAWindowLastsUntilThereAreEnoughResponses(t *testing.T) {
	for _, tt := range []struct {
		name          string
		start         int
		every         time.Duration // from one response to the next
		first, second time.Duration // when the slots change
	}{
		{"many responses", 100, 5 * time.Millisecond, time.Second, 2 * time.Second},
		{"ten in more than a window", 100, 300 * time.Millisecond, 3 * time.Second, 6 * time.Second},
		{"three with the slots of a probe", 3, 700 * time.Millisecond, 2100 * time.Millisecond, 9100 * time.Millisecond},
		{"ten with one slot more", 4, 700 * time.Millisecond, 7 * time.Second, 14 * time.Second},
	} {
		f := newFeed(Adaptive{Start: tt.start})
		began := f.now
		var changes []time.Duration
		for len(changes) < 2 && f.now.Sub(began) < time.Minute {
			f.now = f.now.Add(tt.every)
			before := f.limit
			f.observe(f.now, good, tt.every, f.slots(), noBounds)
			if f.limit != before {
				changes = append(changes, f.now.Sub(began))
			}
		}
		if len(changes) != 2 || changes[0] != tt.first || changes[1] != tt.second {
			t.Errorf("%s: the slots change after %v, want %v and %v", tt.name, changes, tt.first, tt.second)
		}
	}
}

func TestAWindowCountsIfHalfOfTheSlotsWereInUse(t *testing.T) {
	for _, tt := range []struct {
		used   int64 // how many of 20 slots are in use
		loaded int   // for how many of ten responses
		counts bool
	}{{10, 10, true}, {9, 10, false}, {20, 5, true}, {20, 4, false}} {
		f := newFeed(Adaptive{Start: 20})
		for i := range minSamples {
			used := int64(0)
			if i < tt.loaded {
				used = tt.used
			}
			f.now = f.now.Add(quick)
			f.observe(f.now, good, quick, used, noBounds)
		}
		if counts := f.limit > 20; counts != tt.counts {
			t.Errorf("%d of 20 slots during %d of 10 responses: a window counts %v, want %v", tt.used, tt.loaded, counts, tt.counts)
		}
	}
}

// It is not the average that counts, and not the response that comes in the middle.
func TestAWindowIsJudgedByItsMedian(t *testing.T) {
	for _, tt := range []struct {
		slow func(i int) bool // which of ten responses take ten times as long
		want float64          // of 20 slots
	}{
		{func(i int) bool { return i > 3 }, 10},
		{func(i int) bool { return i < 6 }, 10},
		{func(i int) bool { return i > 5 }, 40},
		{func(i int) bool { return i == 5 }, 40},
		{func(i int) bool { return i != 5 && i%2 == 0 || i == 9 }, 10},
	} {
		f := newFeed(Adaptive{Start: 20})
		f.base = quick
		began := f.now
		f.reset(began) // so that no request was sent before
		for i := range minSamples {
			took := quick
			if tt.slow(i) {
				took = 10 * quick
			}
			f.now = began.Add(time.Duration(i+10) * quick)
			f.observe(f.now, good, took, 20, noBounds)
		}
		f.want(t, "after a window of different times", tt.want)
	}
}

// What was sent before the slots changed says nothing about their number, whether it has come by
// then or not.
func TestResponsesOfBeforeAChangeDoNotCount(t *testing.T) {
	f := newFeed(Adaptive{Start: 100})
	f.base, f.thresh = quick, 0
	began := f.now
	slow := func(n int) {
		for range n {
			f.now = f.now.Add(halving)
			f.observe(f.now, good, f.now.Sub(began), 100, noBounds)
		}
	}
	slow(minSamples - 1)
	f.drop(noBounds)
	f.want(t, "after a 429", 70)
	slow(2 * minSamples)
	f.want(t, "after the responses of before", 70)
	f.window(quick, noBounds)
	f.want(t, "after those that were sent since", 70+math.Sqrt(70))
}

func TestOnlyWindowsWithMinSlotsRaiseTheBaseline(t *testing.T) {
	for _, tt := range []struct {
		low  int           // Min, with a probe of 3 slots
		want time.Duration // the baseline after windows of ten times the time
	}{
		{1, 10 * quick},
		{3, 10 * quick}, // as few as in a probe
		{4, 2 * quick},  // more, so that the slowness may be our own
	} {
		f := newFeed(Adaptive{Min: tt.low, Start: 64})
		f.base = quick
		for windows := 0; f.base == quick && windows < 100; {
			atMin := f.limit == float64(tt.low)
			f.window(10*quick, noBounds)
			if windows++; !atMin && f.limit > float64(tt.low) {
				windows = 0
			}
			if raised := f.base > quick; raised != (windows == 5) {
				t.Errorf("Min %d: a baseline of %s after %d windows with Min slots", tt.low, f.base, windows)
			}
		}
		if f.base != tt.want {
			t.Errorf("Min %d: a baseline of %s, want %s", tt.low, f.base, tt.want)
		}
	}
}

func TestAProbeComesEvery20To40Windows(t *testing.T) {
	f := newFeed(Adaptive{})
	f.estimator = newEstimator(f.Adaptive)
	fewest, most := math.MaxInt, 0
	for range 500 {
		windows := 0
		for ; !f.probing; windows++ {
			f.window(quick, 100)
		}
		fewest, most = min(fewest, windows), max(most, windows)
		if f.slots() != 3 {
			t.Fatalf("%d slots in a probe, want 3", f.slots())
		}
		for f.probing {
			f.now = f.now.Add(2 * quick)
			f.observe(f.now, good, quick, 3, 100)
		}
	}
	if fewest != 20 || most != 40 {
		t.Errorf("a probe comes after %d to %d windows, want 20 to 40", fewest, most)
	}
	f = newFeed(Adaptive{Start: 3})
	f.estimator = newEstimator(f.Adaptive)
	for range 100 * fewSamples { // with no slot in use, so that there are no more of them
		f.now = f.now.Add(f.Window)
		if f.observe(f.now, good, quick, 0, 100); f.probing {
			t.Fatal("a probe that lowers nothing")
		}
	}
}
