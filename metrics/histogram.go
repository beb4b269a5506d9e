package metrics

import (
	"math"
	"sync/atomic"
	"time"
)

// The exponential buckets are those of a Prometheus native histogram of schema 4: bucket i holds
// the seconds in (2^((i-1)/16), 2^(i/16)], so a value is known to half a bucket, 2.2 %.
const (
	schema      = 4
	perOctave   = 1 << schema
	lowest      = -318 // the bucket of 1 µs
	highest     = 190  // the bucket of 1 h
	exponential = highest - lowest + 3
	underflow   = 0
	overflow    = exponential - 1
)

// mantissas are 2^(k/16)/2, the bucket edges within one octave as math.Frexp splits them.
//
//nolint:gochecknoglobals // a table
var mantissas = func() (m [perOctave]float64) {
	for k := range m {
		m[k] = math.Exp2(float64(k)/perOctave) / 2
	}
	return m
}()

// classicBounds are all inclusive: eight of the fourteen bounds that OpenTelemetry recommends for request
// durations, and a minute, for waits. Two histograms of a route are all but five of its lines, so each bound counts.
//
//nolint:gochecknoglobals // a table
var classicBounds = [...]time.Duration{
	10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 10 * time.Second, 60 * time.Second,
}

// histogram counts durations without a lock and without allocating. Its zero value is not ready:
// use newHistogram.
type histogram struct {
	sum, min, max atomic.Int64 // nanoseconds
	classic       [len(classicBounds) + 1]atomic.Uint64
	buckets       [exponential]atomic.Uint64
	exemplars     exemplars
}

func newHistogram() *histogram {
	h := &histogram{}
	h.min.Store(math.MaxInt64)
	h.max.Store(-1)
	return h
}

// observe counts d; a negative duration counts as zero.
func (h *histogram) observe(d time.Duration) {
	n := max(int64(d), 0)
	lower(&h.min, n)
	raise(&h.max, n)
	h.sum.Add(n)
	h.classic[classicIndex(time.Duration(n))].Add(1)
	// The bucket comes last, so that a reader that sees the count finds the other figures in place.
	h.buckets[slot(n)].Add(1)
}

// lower makes a hold at most n.
func lower(a *atomic.Int64, n int64) {
	for old := a.Load(); n < old; old = a.Load() {
		if a.CompareAndSwap(old, n) {
			return
		}
	}
}

// raise makes a hold at least n.
func raise(a *atomic.Int64, n int64) {
	for old := a.Load(); n > old; old = a.Load() {
		if a.CompareAndSwap(old, n) {
			return
		}
	}
}

// slot returns the index of n nanoseconds in the array of buckets.
func slot(n int64) int {
	if n <= 0 {
		return underflow
	}
	switch i := bucketIndex(float64(n) / 1e9); {
	case i < lowest:
		return underflow
	case i > highest:
		return overflow
	default:
		return i - lowest + 1
	}
}

// bucketIndex returns the schema-4 bucket of a positive number of seconds.
func bucketIndex(seconds float64) int {
	// The arguments are normal floats, so the exponent and mantissa can be cut out directly.
	bits := math.Float64bits(seconds)
	exp := int(bits>>52) - 1022
	frac := math.Float64frombits(bits&(1<<52-1) | 1022<<52)
	k := 0
	for step := perOctave / 2; step > 0; step /= 2 {
		if mantissas[k+step-1] < frac {
			k += step
		}
	}
	if mantissas[k] < frac {
		k++
	}
	return k + (exp-1)*perOctave
}

// upperBound returns the inclusive upper edge of a schema-4 bucket in seconds.
func upperBound(index int) float64 { return math.Exp2(float64(index) / perOctave) }

func classicIndex(d time.Duration) int {
	for i, bound := range classicBounds {
		if d <= bound {
			return i
		}
	}
	return len(classicBounds)
}

// classicCount returns the number of durations by the classic buckets.
func (h *histogram) classicCount() (count uint64) {
	for i := range h.classic {
		count += h.classic[i].Load()
	}
	return count
}

// latency returns what the histogram holds as a Latency. It may run beside observe.
func (h *histogram) latency() Latency {
	var l Latency
	if h == nil {
		return l
	}
	for i := range h.buckets {
		if n := h.buckets[i].Load(); n > 0 {
			l.Buckets = append(l.Buckets, Bucket{Index: i + lowest - 1, Count: n})
			l.Count += n
		}
	}
	if l.Count == 0 {
		return l
	}
	l.Sum = time.Duration(h.sum.Load())
	l.Min = time.Duration(h.min.Load())
	l.Max = time.Duration(h.max.Load())
	l.summarize()
	return l
}
