package rttest

import "testing"

func TestAllocsIsTheLeastOfFive(t *testing.T) {
	var kept []*int
	n := 0
	got := Allocs(10, func() {
		if n++; n <= 22 { // the first two measurements, each with a run before it
			kept = append(kept, new(int), new(int), new(int))
		}
		kept = kept[:0]
		kept = append(kept[:0:0], new(int)) // the array and what it points to
	})
	if got != 2 {
		t.Errorf("%v allocations, want 2", got)
	}
}

func TestAllocsDiffer(t *testing.T) {
	if AllocsDiffer(5, 5) || !AllocsDiffer(7, 5) || AllocsDiffer(6, 5) == allocsVary || AllocsDiffer(4, 5) == allocsVary {
		t.Errorf("5 of 5: %v, 7: %v, 6: %v, 4: %v", AllocsDiffer(5, 5), AllocsDiffer(7, 5), AllocsDiffer(6, 5), AllocsDiffer(4, 5))
	}
}
