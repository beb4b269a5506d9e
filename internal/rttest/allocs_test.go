package rttest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

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

func TestFixedAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	req := httptest.NewRequest(http.MethodGet, URL, nil)
	if n := AllocsOf(t, Fixed(), req); n != 0 {
		t.Errorf("Fixed allocates %v times", n)
	}
	if n := AllocsOf(t, Respond(200, "control"), req); n == 0 {
		t.Error("a round tripper that makes a response is said to allocate nothing")
	}
}
