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
	c.each(func(l string, n uint64) { got[l] = n })
	if fmt.Sprint(got) != fmt.Sprint(want) || c.total() != 9 || c.class(2) != 2 || c.class(3) != 0 {
		t.Errorf("%v, total %d", got, c.total())
	}
}
