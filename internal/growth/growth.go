// Package growth holds the test that a function takes time in proportion to what it
// reads. A server chooses what we read: a function whose time grows with the
// square of its input is a way to stop a caller by one response.
//
// Processor time of the thread is measured, not time on the clock, so that a busy machine
// does not fail the test.
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

// maxStep is how much twice the input may take: 2.5 times as much at full size, where a
// linear function takes 2 and a quadratic one 4, and 3.2 where less is measured.
func maxStep() float64 {
	if thorough() {
		return 2.5
	}
	return 3.2
}

const (
	tries       = 10                    // a step that is too large is measured again so often
	pause       = 10 * time.Millisecond // before the first of these, and longer each time: what others do to the memory passes
	memoryLimit = 512 << 20             // bytes
	maxGarbage  = 64 << 20              // bytes
	maxSize     = 1 << 20               // the smallest of the three sizes is never larger
	warm        = 3 * time.Millisecond  // a run that takes longer has its memory in the cache for most of it

	// fast is what a byte may take in any case: a function that takes less for 4 MiB
	// stops nobody.
	fast = 12 * time.Nanosecond
)

// thorough reports whether every input is to be tried at full size: the long tests
// are wanted, and the race detector does not take the time.
func thorough() bool { return long.Wanted() && !race.Enabled }

// least is the processor time that the smallest input takes at least, so that the
// resolution of the clock and what a call costs do not matter.
func least() time.Duration {
	if !thorough() {
		return 200 * time.Microsecond
	}
	return time.Millisecond
}

// Linear fails tb if f takes more than 2.5 times the processor time for twice the
// input: between n and 2n bytes or between 2n and 4n, the least of several runs
// each, and again for twice as much as that. n is such that f takes a millisecond, or a
// MiB; unless the long tests are wanted the inputs are smaller.
//
// Under the race detector it does nothing: that takes the time.
func Linear(tb testing.TB, in Input, f func(s string)) {
	tb.Helper()
	if race.Enabled {
		return
	}
	if err := check(in, f); err != nil {
		tb.Errorf("%s: %v", in.Name, err)
	}
}

// check is Linear for its own test.
func check(in Input, f func(s string)) error {
	runtime.LockOSThread() // so that the time of the thread is that of f
	defer runtime.UnlockOSThread()
	// No garbage is collected inside of a measurement, and memory is not given back
	// to the system between two: fresh memory takes several times as long as used one.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	n := 1 << 13
	for n < maxSize && once(in.Make(n), f) < least() {
		n *= 2
	}
	n *= 4
	large := sample{text: in.Make(n)}
	large.measure(f, 1)
	for range 2 {
		if large.quick() {
			return nil
		}
		// Half of n, not of its length: with an odd number of repetitions a text may be
		// malformed that was valid with an even one, and read in no time.
		small := sample{text: in.Make(n / 2)}
		small.measure(f, 2)
		if steep(&small, &large, f) {
			// It may be one step out of a cache. Growth goes on.
			next := sample{text: in.Make(2 * n)}
			next.measure(f, 3)
			// The first step is looked at again, by what the second has measured.
			if steep(&large, &next, f) && small.muchLessThan(&large) {
				return fmt.Errorf("%d bytes take %v, %d take %v: %.1f times as much, want at most %v",
					len(small.text), small.least, len(large.text), large.least, float64(large.least)/float64(small.least), maxStep())
			}
		}
		large, n = small, n/2
	}
	return nil
}

// steep reports whether large, of twice the length, takes too much more however often
// both are measured.
func steep(small, large *sample, f func(s string)) bool {
	if large.least > 5*small.least/2 {
		small.measure(f, 6) // one that was slow by chance would hide growth
	}
	for try := 1; small.muchLessThan(large); try++ {
		if try == tries {
			return true
		}
		wait := time.Duration(try) * pause
		if thorough() {
			wait *= time.Duration(try) // three seconds in all
		}
		time.Sleep(wait) //nolint:forbidigo // no test waits for anything here: it spreads measurements
		large.measure(f, 3)
		small.measure(f, 3)
	}
	return false
}

// A sample is an input and the least processor time it took.
type sample struct {
	text  string
	least time.Duration
}

// measure runs f a few times more; unless the long tests are wanted once where that is
// long enough for the first run to be like the second.
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

// collect collects garbage before a measurement; unless the long tests are wanted only
// where there is much, since it takes longer than most of what is measured then.
func collect() {
	if !thorough() {
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		if metrics.Read(heap); heap[0].Value.Uint64() < maxGarbage {
			return
		}
	}
	runtime.GC()
}

// quick reports whether it does not matter how the time has grown.
func (s *sample) quick() bool { return s.least <= time.Duration(len(s.text))*fast }

// muchLessThan reports whether large, of twice the length, took too much more.
func (s *sample) muchLessThan(large *sample) bool {
	return float64(large.least) > maxStep()*float64(s.least) && !large.quick()
}

// once returns the processor time that f takes.
func once(s string, f func(s string)) time.Duration {
	begin := processor()
	f(s)
	return processor() - begin
}

// Within fails tb if f takes more than 20 ms and 20 µs per byte of processor time for n
// bytes. It is for fuzz targets, whose inputs are small: it finds what is far out.
func Within(tb testing.TB, n int, f func()) {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	limit := 20*time.Millisecond + time.Duration(n)*20*time.Microsecond
	var d time.Duration
	for range 3 {
		if d = once("", func(string) { f() }); d <= limit {
			return
		}
	}
	tb.Errorf("%d bytes took %v of processor time, want at most %v", n, d, limit)
}
