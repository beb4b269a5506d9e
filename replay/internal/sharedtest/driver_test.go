package sharedtest

import (
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestMany(t *testing.T) {
	s := openBolt(t)
	Many(t, s, 2000)
	keys := make(map[store.Key]bool)
	for x, err := range s.Scan(0) {
		tapetest.Must(t, err)
		keys[x.Key] = true
	}
	if len(keys) != 2000 {
		t.Errorf("there are %d keys, want 2000", len(keys))
	}
}

// The two functions run in turn.
func TestTook(t *testing.T) {
	var order []int
	took(3, func(i int) { order = append(order, i) }, func(i int) { order = append(order, 10+i) })
	for i, want := range []int{0, 10, 1, 11, 2, 12} {
		if len(order) != 6 || order[i] != want {
			t.Fatalf("the order is %v", order)
		}
	}
	batch := large(100, 50)
	if n := len(batch[0].Response.Body); n < 900 || n > 1100 || batch[49].ID != 150 || len(batch) != 50 {
		t.Errorf("%d exchanges up to %d, of %d bytes", len(batch), batch[49].ID, n)
	}
}
