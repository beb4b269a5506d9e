package route

import (
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// spread makes consecutive numbers differ in all bits.
func spread(i int) uint64 { return uint64(i+1) * 0x9E3779B97F4A7C15 } //nolint:gosec // wraps

func TestRecentIsBounded(t *testing.T) {
	r := NewRecent[string, int](100) // 128 entries
	for i := range 10_000 {
		k := strconv.Itoa(i)
		r.Put(spread(i), k, i)
		if e := r.Get(spread(i), &k); e == nil || e.Value != i {
			t.Fatalf("%d is missing right after it was put: %v", i, e)
		}
	}
	n := 0
	for range r.All {
		n++
	}
	if n != 128 {
		t.Errorf("%d entries of 128", n)
	}
}

// Keys of the same hash are different keys, and share a place.
func TestRecentComparesKeys(t *testing.T) {
	r := NewRecent[string, int](4)
	a, b := "a", "b"
	r.Put(1, a, 1)
	if e := r.Get(1, &b); e != nil {
		t.Errorf("%q has the value %d of another key", b, e.Value)
	}
	r.Put(1, b, 2)
	if e := r.Get(1, &a); e != nil || r.Get(1, &b) == nil {
		t.Errorf("two keys of one hash have two places, or none: %v", e)
	}
}

// An entry that is read stays while thousands of keys are put once, even if it is read by its
// bucket.
func TestRecentKeepsWhatIsRead(t *testing.T) {
	r := NewRecent[string, int](64)
	hot, warm := "hot", "warm"
	r.Put(7, hot, 1)
	r.Put(11, warm, 2)
	byBucket := func() bool {
		b := r.Bucket(11)
		for i := range b {
			if e := b[i].Load(); e != nil && e.Has(11) && e.Key == warm {
				e.Use()
				return true
			}
		}
		return false
	}
	for i := range 2000 {
		if r.Get(7, &hot) == nil || !byBucket() {
			t.Fatalf("evicted after %d", i)
		}
		r.Put(spread(i), strconv.Itoa(i), i)
	}
}

func TestAgainKnowsWhatCameLately(t *testing.T) {
	r := NewRecent[string, int](64)
	if r.Again(spread(1)) || !r.Again(spread(1)) {
		t.Error("what came once came before, or not the second time")
	}
	for i := range 1000 {
		r.Again(spread(i + 2))
	}
	if r.Again(spread(1)) {
		t.Error("a thousand others later it is still known, among 64")
	}
}

func TestAReadOfRecentAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	r := NewRecent[string, int](64)
	k := "a"
	r.Put(3, k, 1)
	if n := testing.AllocsPerRun(100, func() { r.Get(3, &k); r.Again(5) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
