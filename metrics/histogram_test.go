package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// bound is the largest relative error of a quantile: half a bucket. Rounding to nanoseconds adds to
// it.
const bound = 0.0220

// nearestRank returns the quantile by definition, which the histogram approximates.
func nearestRank(sorted []time.Duration, q float64) time.Duration {
	i := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// worst returns the largest relative error over many quantiles.
func worst(samples []time.Duration, quantile func(float64) time.Duration) float64 {
	slices.Sort(samples)
	var largest float64
	for q := 0.001; q < 1; q += 0.001 {
		want := float64(nearestRank(samples, q))
		largest = max(largest, (math.Abs(float64(quantile(q))-want)-1)/want)
	}
	return largest
}

func distributions() map[string][]time.Duration {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, next func() float64) []time.Duration {
		s := make([]time.Duration, n)
		for i := range s {
			s[i] = time.Duration(min(max(next(), 1e3), 3.6e12))
		}
		return s
	}
	edges := make([]time.Duration, 0, 3*(highest-lowest))
	for i := lowest; i < highest; i++ {
		ns := time.Duration(upperBound(i) * 1e9)
		edges = append(edges, ns-1, ns, ns+1)
	}
	return map[string][]time.Duration{
		"bimodal, a millionfold apart": draw(20000, func() float64 {
			if r.IntN(2) == 0 {
				return 2e3 * (1 + r.Float64())
			}
			return 2e9 * (1 + r.Float64())
		}),
		"constant":    draw(1000, func() float64 { return 123456789 }),
		"heavy tail":  draw(20000, func() float64 { return 1e6 / math.Pow(1-r.Float64(), 2) }),
		"log uniform": draw(20000, func() float64 { return math.Exp(math.Log(1e3) + r.Float64()*math.Log(3.6e9)) }),
		"edges":       edges,
		"one":         {42 * time.Millisecond},
		"nineteen":    draw(19, func() float64 { return 1e6 * math.Exp(5*r.Float64()) }),
	}
}

func TestQuantilesAreWithinHalfABucket(t *testing.T) {
	for name, samples := range distributions() {
		t.Run(name, func(t *testing.T) {
			h := newHistogram()
			var sum time.Duration
			for _, d := range samples {
				h.observe(d)
				sum += d
			}
			l := group{h}.latency()
			if got := worst(samples, l.Quantile); got > bound {
				t.Errorf("relative error %.4f, want at most %.4f", got, bound)
			}
			if want := uint64(len(samples)); l.Count != want {
				t.Errorf("count %d, want %d", l.Count, want)
			}
			if l.Sum != sum || l.Min != samples[0] || l.Max != samples[len(samples)-1] {
				t.Errorf("sum %v min %v max %v, want %v %v %v", l.Sum, l.Min, l.Max, sum, samples[0], samples[len(samples)-1])
			}
			if len(samples) < 100 && l.P99 != l.Max {
				t.Errorf("p99 of few samples %v, want the largest, %v", l.P99, l.Max)
			}
		})
	}
}

// The control run: the classic buckets alone, interpolated as Prometheus does, miss the bound by
// far. So the bound can be missed.
func TestClassicBucketsMissTheBound(t *testing.T) {
	for _, name := range []string{"bimodal, a millionfold apart", "heavy tail", "log uniform"} {
		samples := distributions()[name]
		h := newHistogram()
		for _, d := range samples {
			h.observe(d)
		}
		classic := func(q float64) time.Duration {
			total, buckets := classicOf(h)
			var below uint64
			var edge time.Duration
			for _, b := range classicBounds {
				if n := buckets[b.Seconds()]; float64(n) >= q*float64(total) {
					share := (q*float64(total) - float64(below)) / float64(n-below)
					return edge + time.Duration(share*float64(b-edge))
				}
				below, edge = buckets[b.Seconds()], b
			}
			return edge
		}
		if got := worst(samples, classic); got < 5*bound {
			t.Errorf("%s: the control's error is only %.3f", name, got)
		}
	}
}

// classicOf returns the count of a histogram, and its classic buckets by their bound in seconds.
func classicOf(h *histogram) (count uint64, buckets map[float64]uint64) {
	d := new(distribution)
	d.read(group{h}, ClassicBuckets)
	buckets = map[float64]uint64{}
	for _, b := range d.message.GetBucket() {
		buckets[b.GetUpperBound()] = b.GetCumulativeCount()
	}
	return d.count, buckets
}

func TestDurationsBeyondTheBucketsKeepMinAndMax(t *testing.T) {
	h := newHistogram()
	for _, d := range []time.Duration{-5, 0, 300, 3 * time.Hour, math.MaxInt64 / 4} {
		h.observe(d)
	}
	l := group{h}.latency()
	if l.Min != 0 || l.Max != math.MaxInt64/4 || l.Count != 5 {
		t.Errorf("min %v max %v count %d", l.Min, l.Max, l.Count)
	}
	if got := l.Quantile(0.3); got > time.Microsecond {
		t.Errorf("a quantile below 1 µs reads %v", got)
	}
	if got := l.Quantile(0.7); got < time.Hour || got > l.Max {
		t.Errorf("a quantile above 1 h reads %v", got)
	}
}

func TestClassicBoundsAreInclusive(t *testing.T) {
	h := newHistogram()
	for _, b := range classicBounds {
		h.observe(b)
		h.observe(b + 1)
	}
	count, buckets := classicOf(h)
	for i, b := range classicBounds {
		if got, want := buckets[b.Seconds()], uint64(2*i+1); got != want {
			t.Errorf("le %v: %d, want %d", b, got, want)
		}
	}
	if want := uint64(2 * len(classicBounds)); count != want {
		t.Errorf("count %d, want %d", count, want)
	}
}

func TestHistogramIsReadBesideObservations(t *testing.T) {
	const writers, each = 8, 2000
	h := newHistogram()
	done := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			if l := (group{h}).latency(); l.Count > 0 && (l.Min > l.Max || l.P50 > l.P99) {
				t.Errorf("torn snapshot: %+v", l)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				h.observe(time.Duration(w*each+i) * time.Microsecond)
			}
		})
	}
	wg.Wait()
	close(done)
	reader.Wait()
	l := group{h}.latency()
	if l.Count != writers*each || l.Min != 0 || l.Max != (writers*each-1)*time.Microsecond {
		t.Errorf("count %d min %v max %v", l.Count, l.Min, l.Max)
	}
}

func TestAnObservationAllocatesNothing(t *testing.T) {
	h := newHistogram()
	if got := testing.AllocsPerRun(1000, func() { h.observe(time.Millisecond) }); got != 0 {
		t.Errorf("%v allocations per observation", got)
	}
}

func BenchmarkHistogramObserve(b *testing.B) {
	h := newHistogram()
	var i int64
	for b.Loop() {
		i++
		h.observe(time.Duration(i%1000) * 100 * time.Microsecond)
	}
}
