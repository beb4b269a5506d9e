package metrics

import (
	"fmt"
	"testing"
)

func TestStatusCodesAreCountedEachForItself(t *testing.T) {
	var c codes
	want := map[string]uint64{"100": 1, "200": 2, "404": 1, "599": 1, "none": 1, "other": 3}
	for _, status := range []int{100, 200, 200, 404, 599, 0, -1, 99, 600} {
		c.add(status)
	}
	got := map[string]uint64{}
	c.each(nil, func(code int, n uint64) { got[codeText(code)] = n })
	if fmt.Sprint(got) != fmt.Sprint(want) || c.total() != 9 || c.class(2) != 2 || c.class(3) != 0 {
		t.Errorf("%v, total %d", got, c.total())
	}
	// Plain calls come on top, also where no other has counted their class.
	for _, other := range []int{200, 404} {
		var c codes
		c.add(other)
		got, want := map[int]uint64{}, map[int]uint64{200: 3, 206: 1}
		want[other]++
		c.each(&[plainCodes]uint64{0: 3, 6: 1}, func(code int, n uint64) { got[code] = n })
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("with plain ones and a %d: %v, want %v", other, got, want)
		}
	}
}
