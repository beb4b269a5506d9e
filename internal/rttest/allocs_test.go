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
