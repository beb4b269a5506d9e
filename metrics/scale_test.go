package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBucketEdgesAreInclusive(t *testing.T) {
	for i := lowest; i <= highest; i++ {
		up := upperBound(i)
		if got := bucketIndex(up * (1 - 1e-12)); got != i {
			t.Fatalf("just below the edge of %d: %d", i, got)
		}
		if got := bucketIndex(up * (1 + 1e-12)); got != i+1 {
			t.Fatalf("just above the edge of %d: %d", i, got)
		}
	}
	for exp := -10; exp <= 10; exp++ {
		if got := bucketIndex(math.Exp2(float64(exp))); got != exp*perOctave {
			t.Errorf("2^%d lies in bucket %d, want %d, edges are inclusive", exp, got, exp*perOctave)
		}
	}
	for d, want := range map[time.Duration]int{
		math.MinInt64: underflow, -1: underflow, 0: underflow, 1: underflow, 900: underflow,
		1000: 1, time.Hour: highest - lowest + 1, 2 * time.Hour: overflow, math.MaxInt64: overflow,
	} {
		if got := bucketOf(int64(d)); got != want {
			t.Errorf("bucketOf(%d) = %d, want %d", d, got, want)
		}
	}
}

// classicOfDuration returns the classic bucket of a duration by its definition.
func classicOfDuration(d time.Duration) int {
	for i, bound := range classicBounds {
		if d <= bound {
			return i
		}
	}
	return len(classicBounds)
}

// wrong returns one of the given nanoseconds that a scale puts into another bucket than the
// definitions do, or -1.
func wrong(s *scale, numbers []int64) int64 {
	for _, n := range numbers {
		i := s.slot(n)
		if s.bucket[i] != bucketOf(n) || s.classic[i] != classicOfDuration(time.Duration(n)) || n > s.edges[i] || i > 0 && n <= s.edges[i-1] && n > 0 {
			return n
		}
	}
	return -1
}

// The slots agree with the floating-point formulas for every duration: for a thousand on both sides
// of each bound, for those at the sixteenths of octaves where a search begins, and for a million
// anywhere.
func TestASlotIsExactlyItsBuckets(t *testing.T) {
	numbers := []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}
	near := func(n int64, width int64) {
		for d := -width; d <= width; d++ {
			if m := n + d; m > 0 || n < math.MaxInt64-width {
				numbers = append(numbers, m)
			}
		}
	}
	for _, edge := range theScale.edges[:slots-1] {
		near(edge, 1000)
	}
	for length := range 63 {
		for k := range int64(2 * perOctave) {
			near((1<<length)+k<<length/(2*perOctave), 3)
		}
	}
	rng := rand.New(rand.NewPCG(4, 4))
	for range 1_000_000 {
		numbers = append(numbers, int64(math.Exp2(rng.Float64()*63)))
	}
	if n := wrong(theScale, numbers); n >= 0 {
		i := theScale.slot(n)
		t.Errorf("%d is in slot %d, which is of bucket %d and classic bucket %d; want %d and %d", n, i, theScale.bucket[i], theScale.classic[i], bucketOf(n), classicOfDuration(time.Duration(n)))
	}
	// The control run: a scale with an edge that is off by a nanosecond anywhere is found.
	for _, at := range []int{0, 1, 250, slots - 2} {
		off := *theScale
		off.edges[at]++
		if wrong(&off, numbers) < 0 {
			t.Errorf("control run: the edge of slot %d is off, and nothing is wrong", at)
		}
	}
}

// There is no slot that nothing can be in.
func TestEverySlotIsUsed(t *testing.T) {
	for i, edge := range theScale.edges {
		if got := theScale.slot(edge); got != i {
			t.Errorf("the edge %d of slot %d is in slot %d", edge, i, got)
		}
	}
	if last := theScale.edges[slots-1]; last != math.MaxInt64 {
		t.Errorf("the last edge is %d", last)
	}
}

func BenchmarkSlot(b *testing.B) {
	var i int64
	for b.Loop() {
		i++
		theScale.slot(i % 1000 * 100_003)
	}
}
