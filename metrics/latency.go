package metrics

import (
	"math"
	"time"
)

// Latency is a distribution of durations. Count, Sum, Min, Mean and Max are exact. The quantiles
// are read from exponential buckets. Between 1 µs and 1 h each is within 2.2 % of the sample of
// that rank. With fewer than a hundred samples P99 is exactly the largest of them. All durations
// are nanoseconds in JSON. The zero value is an empty distribution. Sum holds 292 years, which a
// thousand calls at once take in 107 days. Beyond that it is negative, but Mean and Snapshot.Since are
// right up to twice that.
type Latency struct {
	Count uint64        `json:"count"`
	Sum   time.Duration `json:"sum_ns"`
	Min   time.Duration `json:"min_ns"`
	Mean  time.Duration `json:"mean_ns"`
	P50   time.Duration `json:"p50_ns"`
	P90   time.Duration `json:"p90_ns"`
	P99   time.Duration `json:"p99_ns"`
	Max   time.Duration `json:"max_ns"`
	// Buckets are the non-empty buckets by ascending index. They make it possible to add two
	// distributions.
	Buckets []Bucket `json:"buckets,omitempty"`
}

// Bucket counts the durations d in seconds with 2^((Index-1)/16) < d <= 2^(Index/16). That is the
// bucket with this index in a Prometheus native histogram of schema 4. The lowest bucket, -319,
// also holds everything shorter, and the highest, 191, everything longer.
type Bucket struct {
	Index int    `json:"i"`
	Count uint64 `json:"n"`
}

// Quantile returns the duration at rank ceil(q*Count): the smallest one that a share of q of the
// samples does not exceed. It is zero for an empty distribution, Min for q <= 0 and Max for q >=
// 1.
func (l Latency) Quantile(q float64) time.Duration {
	if l.Count == 0 {
		return 0
	}
	rank := math.Ceil(q * float64(l.Count))
	switch {
	case rank <= 1 || math.IsNaN(q):
		return l.Min
	case rank >= float64(l.Count):
		return l.Max
	}
	var seen uint64
	for _, b := range l.Buckets {
		seen += b.Count
		if float64(seen) >= rank {
			return min(max(b.middle(), l.Min), l.Max)
		}
	}
	return l.Max
}

// middle returns the geometric middle of the bucket. No value in the bucket differs from it by more
// than 2.2 %.
func (b Bucket) middle() time.Duration {
	if b.Index > highest {
		return math.MaxInt64
	}
	return time.Duration(math.Round(math.Exp2((float64(b.Index)-0.5)/perOctave) * 1e9))
}

// Add returns the distribution of both sets of samples together. It changes neither operand.
func (l Latency) Add(other Latency) Latency {
	switch {
	case other.Count == 0:
		return l
	case l.Count == 0:
		return other
	}
	sum := Latency{
		Count:   l.Count + other.Count,
		Sum:     l.Sum + other.Sum,
		Min:     min(l.Min, other.Min),
		Max:     max(l.Max, other.Max),
		Buckets: addBuckets(l.Buckets, other.Buckets),
	}
	sum.summarize()
	return sum
}

// addBuckets merges two ascending lists.
func addBuckets(a, b []Bucket) []Bucket {
	sum := make([]Bucket, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Index < b[0].Index:
			sum, a = append(sum, a[0]), a[1:]
		case a[0].Index > b[0].Index:
			sum, b = append(sum, b[0]), b[1:]
		default:
			sum = append(sum, Bucket{Index: a[0].Index, Count: a[0].Count + b[0].Count})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(sum, a...), b...)
}

// summarize computes the fields that follow from the others: the mean and the quantiles.
func (l *Latency) summarize() {
	l.Mean = time.Duration(math.Round(float64(uint64(l.Sum)) / float64(l.Count)))
	l.P50, l.P90, l.P99 = l.Quantile(0.50), l.Quantile(0.90), l.Quantile(0.99)
}
