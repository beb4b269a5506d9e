package metrics

import (
	"math"
	"sync/atomic"
	"time"
)

// histogram counts durations without a lock and without allocating. Its zero value is not ready:
// use newHistogram.
type histogram struct {
	sum, min, max atomic.Int64 // nanoseconds
	slots         [slots]atomic.Uint64
}

func newHistogram() *histogram {
	h := &histogram{}
	h.min.Store(math.MaxInt64)
	h.max.Store(-1)
	return h
}

// observe counts d. A negative duration counts as zero.
func (h *histogram) observe(d time.Duration) {
	n := max(int64(d), 0)
	lower(&h.min, n)
	raise(&h.max, n)
	h.sum.Add(n)
	// The slot comes last, so that a reader that sees the count finds the other figures in place.
	h.slots[theScale.slot(n)].Add(1)
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

// A group is several histograms that are read as one.
type group []*histogram

// with returns the group with the histogram of l added, if there is one.
func (g group) with(l *lazy) group {
	if h := l.Load(); h != nil {
		return append(g, h)
	}
	return g
}

// each calls yield in order with every slot that has a count.
func (g group) each(yield func(slot int, n uint64)) {
	first, last := slots, -1
	for _, h := range g {
		if longest := h.max.Load(); longest >= 0 {
			last = max(last, theScale.slot(longest))
			first = min(first, theScale.slot(h.min.Load()))
		}
	}
	for i := first; i <= last; i++ {
		var n uint64
		for _, h := range g {
			n += h.slots[i].Load()
		}
		if n > 0 {
			yield(i, n)
		}
	}
}

// count returns the number of durations.
func (g group) count() (count uint64) {
	g.each(func(_ int, n uint64) { count += n })
	return count
}

func (g group) sum() (sum time.Duration) {
	for _, h := range g {
		sum += time.Duration(h.sum.Load())
	}
	return sum
}

// latency returns the group as a Latency. It may run concurrently with observe.
func (g group) latency() Latency {
	var l Latency
	g.each(func(slot int, n uint64) {
		l.Count += n
		index := theScale.bucket[slot] + lowest - 1
		if last := len(l.Buckets) - 1; last >= 0 && l.Buckets[last].Index == index {
			l.Buckets[last].Count += n
			return
		}
		l.Buckets = append(l.Buckets, Bucket{Index: index, Count: n})
	})
	if l.Count == 0 {
		return l
	}
	l.Sum, l.Min, l.Max = g.sum(), math.MaxInt64, -1
	for _, h := range g {
		l.Min = min(l.Min, time.Duration(h.min.Load()))
		l.Max = max(l.Max, time.Duration(h.max.Load()))
	}
	l.summarize()
	return l
}
