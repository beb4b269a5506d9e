package metrics

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// The exponential buckets are those of a Prometheus native histogram of schema 4. Bucket i holds
// the seconds in (2^((i-1)/16), 2^(i/16)]. The middle of a bucket is within 2.2 % of any value in
// it.
const (
	schema      = 4
	perOctave   = 1 << schema
	lowest      = -318 // the bucket of 1 µs
	highest     = 190  // the bucket of 1 h
	exponential = highest - lowest + 3
	underflow   = 0
	overflow    = exponential - 1
)

// classicBounds are inclusive. They are eight of the fourteen bounds that OpenTelemetry recommends
// for request durations, and a minute, for waits. Two histograms of a route are all but five of its
// lines, so each bound counts.
//
//nolint:gochecknoglobals // a table
var classicBounds = [...]time.Duration{
	10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 10 * time.Second, 60 * time.Second,
}

// slots is the number of counters in a histogram: one for each exponential bucket, and one more for
// each classic bound that splits a bucket. All bounds do, except a quarter, a half and one second.
// So the same counters serve both kinds of buckets.
const slots = exponential + len(classicBounds) - 3

// A scale says which slot a number of nanoseconds is in, and which buckets the slot is part of.
type scale struct {
	edges   [slots]int64        // the largest nanosecond of each slot
	bucket  [slots]int          // the exponential bucket: an index from underflow to overflow
	classic [slots]int          // the classic bucket
	first   [64 * perOctave]int // by length in bits and the four bits after the highest one: the slot of the smallest such number
}

//nolint:gochecknoglobals // a table
var theScale = newScale()

func newScale() *scale {
	s := &scale{}
	var splits []int64
	for _, b := range classicBounds {
		splits = append(splits, int64(b))
	}
	at := 0
	add := func(edge int64, bucket int) {
		s.edges[at], s.bucket[at] = edge, bucket
		s.classic[at], _ = slices.BinarySearch(splits, edge)
		at++
	}
	left := splits
	for b := range exponential {
		edge := lastOf(b)
		for ; len(left) > 0 && left[0] <= edge; left = left[1:] {
			if left[0] < edge {
				add(left[0], b)
			}
		}
		add(edge, b)
	}
	at = 0
	for length := 5; length < 64; length++ {
		for k := range int64(perOctave) {
			for n := (perOctave + k) << (length - 5); n > s.edges[at]; {
				at++
			}
			s.first[length*perOctave+int(k)] = at
		}
	}
	return s
}

// lastOf returns the largest nanosecond of an exponential bucket.
func lastOf(bucket int) int64 {
	if bucket == overflow {
		return math.MaxInt64
	}
	i := bucket + lowest - 1
	n := int64(math.Ldexp(mantissas[i&(perOctave-1)], i>>schema+1) * 1e9)
	for bucketOf(n+1) <= bucket {
		n++
	}
	for bucketOf(n) > bucket {
		n--
	}
	return n
}

// slot returns the slot of n nanoseconds. A sixteenth of an octave has at most three edges.
func (s *scale) slot(n int64) int {
	if n <= s.edges[underflow] {
		return underflow
	}
	length := bits.Len64(uint64(n))
	i := s.first[length*perOctave+int(n>>(length-5))%perOctave]
	for n > s.edges[i] {
		i++
	}
	return i
}

// mantissas are 2^(k/16)/2, the bucket edges within one octave as math.Frexp splits them.
//
//nolint:gochecknoglobals // a table
var mantissas = func() (m [perOctave]float64) {
	for k := range m {
		m[k] = math.Exp2(float64(k)/perOctave) / 2
	}
	return m
}()

// bucketOf returns the exponential bucket of n nanoseconds by its definition, from underflow to
// overflow. A scale finds the same faster.
func bucketOf(n int64) int {
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
	// The arguments are normal floats, so the exponent and the mantissa can be cut out directly.
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
