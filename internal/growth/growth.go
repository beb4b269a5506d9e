// Package growth tests that the time of a function grows in proportion to its input. A server
// chooses what we read. If a function takes time that grows with the square of its input, one
// response can stop a caller.
//
// It measures the processor time of the thread, not the time on the clock, so a busy machine does
// not fail the test.
package growth

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
)

// maxStep is how much longer f may take for twice the input: 2.5 times at full size, where a linear
// function takes 2 and a quadratic one 4, and 3.2 times at smaller sizes.
func maxStep() float64 {
	if thorough() {
		return 2.5
	}
	return 3.2
}

const (
	tries       = 10                    // how often a step that is too large is measured
	pause       = 10 * time.Millisecond // before the first repetition, then longer: other processes may use the memory meanwhile
	memoryLimit = 512 << 20             // bytes
	maxGarbage  = 64 << 20              // bytes
	maxSize     = 1 << 18               // upper bound of the smallest of the three sizes
	warm        = 3 * time.Millisecond  // in a longer run the memory is in the cache most of the time

	// fast is what a byte may take in any case. A function that takes less for a MiB stops nobody.
	fast = 20 * time.Nanosecond
)

// thorough reports whether every input is tried at full size: the long tests are wanted, and the
// race detector is off, since it distorts the time.
func thorough() bool { return long.Wanted() && !race.Enabled }

// least is the least processor time of the smallest input. It is long enough that the resolution of
// the clock and the cost of a call do not matter.
func least() time.Duration {
	if !thorough() {
		return 200 * time.Microsecond
	}
	return time.Millisecond
}

// Linear fails tb if f takes more than 2.5 times the processor time for twice the input. It
// compares n with 2n bytes, and 2n with 4n. If a step is too steep, so must the step to twice the
// size be. For each size it takes the least of several runs. n is such that f takes a millisecond,
// or 256 KiB. Unless the long tests are wanted, the inputs are smaller.
//
// Under the race detector it does nothing, because the detector distorts the time.
func Linear(tb testing.TB, in Input, f func(s string)) {
	tb.Helper()
	if race.Enabled {
		return
	}
	if err := check(in, f); err != nil {
		tb.Errorf("%s: %v", in.Name, err)
	}
}

// check is Linear as its own test needs it: it returns an error.
func check(in Input, f func(s string)) error {
	runtime.LockOSThread() // so that the thread's time is the time of f
	defer runtime.UnlockOSThread()
	// No garbage is collected during a measurement, and no memory is returned to the system between
	// two: the first use of fresh memory is several times slower.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	n := 1 << 13
	for n < maxSize {
		text := in.Make(n)
		if d := once(text, f); d >= least() && min(d, once(text, f)) >= least() { // the first run may be slow because it is the first
			break
		}
		n *= 2
	}
	n *= 4
	large := sample{text: in.Make(n)}
	large.measure(f, 1)
	for range 2 {
		if large.quick() {
			return nil
		}
		// Half of n, not of the length of the text: with an odd number of repetitions a text may be
		// malformed that was valid with an even number, and be rejected in no time.
		small := sample{text: in.Make(n / 2)}
		small.measure(f, 2)
		if steep(&small, &large, f) {
			// This may be a single step out of a cache. If the time really grows, the next step is
			// too large as well.
			next := sample{text: in.Make(2 * n)}
			next.measure(f, 3)
			// Look at the first step again, with what the second has measured.
			if steep(&large, &next, f) && small.muchLessThan(&large) {
				return fmt.Errorf("%d bytes take %v, %d take %v: %.1f times as much, want at most %v",
					len(small.text), small.least, len(large.text), large.least, float64(large.least)/float64(small.least), maxStep())
			}
		}
		large, n = small, n/2
	}
	return nil
}

// steep reports whether large, of twice the length, takes too much longer in every measurement.
func steep(small, large *sample, f func(s string)) bool {
	if large.least > 5*small.least/2 {
		small.measure(f, 6) // a small one that was slow by chance would hide growth
	}
	for try := 1; small.muchLessThan(large); try++ {
		if try == tries {
			return true
		}
		wait := time.Duration(try*try) * pause // three seconds in all
		time.Sleep(wait)                       //nolint:forbidigo // no test waits for anything here: it spreads measurements
		large.measure(f, 3)
		small.measure(f, 3)
	}
	return false
}

// A sample is an input and the least processor time that it took.
type sample struct {
	text  string
	least time.Duration
}

// measure runs f up to runs times. Unless the long tests are wanted, it stops after a run that is
// long enough for further runs to be like it.
func (s *sample) measure(f func(s string), runs int) {
	for range runs {
		collect()
		d := max(once(s.text, f), 1)
		if s.least == 0 || d < s.least {
			s.least = d
		}
		if d > warm && !thorough() {
			return
		}
	}
}

// collect collects garbage before a measurement. Unless the long tests are wanted, it does so only
// if there is much, because it takes longer than most measurements then.
func collect() {
	if !thorough() {
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		if metrics.Read(heap); heap[0].Value.Uint64() < maxGarbage {
			return
		}
	}
	runtime.GC()
}

// quick reports whether f was so fast that growth does not matter.
func (s *sample) quick() bool { return s.least <= time.Duration(len(s.text))*fast }

// muchLessThan reports whether large, of twice the length, took too much longer.
func (s *sample) muchLessThan(large *sample) bool {
	return float64(large.least) > maxStep()*float64(s.least) && !large.quick()
}

// once returns the processor time that f takes.
func once(s string, f func(s string)) time.Duration {
	begin := processor()
	f(s)
	return processor() - begin
}

// Took returns the processor time that f takes, in the goroutine of the caller.
func Took(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return once("", func(string) { f() })
}

// Within fails tb if f takes more processor time for n bytes than 20 ms and 20 µs per byte. It is
// for fuzz targets, whose inputs are small: it finds gross outliers.
func Within(tb testing.TB, n int, f func()) {
	tb.Helper()
	limit := 20*time.Millisecond + time.Duration(n)*20*time.Microsecond
	var d time.Duration
	for range 3 {
		if d = Took(f); d <= limit {
			return
		}
	}
	tb.Errorf("%d bytes took %v of processor time, want at most %v", n, d, limit)
}
