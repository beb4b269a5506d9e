package text

import (
	"math"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/store"
)

// A sequence is replaced as a whole.
func TestReplaced(t *testing.T) {
	ix := newIndex()
	for i := range 4 {
		ix.add(recorded(morning(), i, "http://h/", ""))
	}
	x := recorded(morning(), 9, "http://h/", "")
	if got := ix.replaced(store.Entry{Exchange: x, Replace: x.ID}); len(got) != 4 {
		t.Errorf("all earlier ones: %v", got)
	}
	if got := ix.replaced(store.Entry{Exchange: x}); len(got) != 0 {
		t.Errorf("none: %v", got)
	}
	other := recorded(morning(), 2, "http://h/2", "")
	if got := ix.replaced(store.Entry{Exchange: other, Replace: other.ID}); !slices.Equal(got, []store.ID{other.ID}) {
		t.Errorf("the one of its ID: %v", got)
	}
}

// Undoing a change leaves everything as it was.
func TestUndo(t *testing.T) {
	ix := newIndex()
	for i := range 4 {
		ix.add(recorded(morning(), i, "http://h/", ""))
	}
	before, last := ix.scan(), ix.last
	x := recorded(morning(), 9, "http://h/", "")
	undo := ix.apply(change{[]store.ID{before[1].ID, before[3].ID, 77}, x})
	if got := ix.scan(); len(got) != 3 || got[2] != x || ix.last != x.ID {
		t.Errorf("the change made %v", got)
	}
	undo()
	if !slices.Equal(ix.scan(), before) || ix.last != last || !slices.Equal(ix.byKey[x.Key.Sum], before) || !slices.Equal(ix.byRequest[x.Key.Request()], before) {
		t.Errorf("undone: %v, want %v", ix.scan(), before)
	}
}

// Recording, replacing and sorting take linear time, even if all exchanges are of one request.
func TestTheIndexIsLinear(t *testing.T) {
	growth.Linear(t, growth.Repeat("exchange "), func(text string) {
		ix := newIndex()
		record := func(from, n int, replace store.ID) {
			for i := range n {
				x := &store.Exchange{ID: store.ID(from + i)}
				ix.apply(change{ix.replaced(store.Entry{Exchange: x, Replace: replace}), x})
			}
		}
		n := len(text) / 32
		record(1, n, 0)
		file := ix.scan()
		record(n+1, n, store.ID(n+1))
		if list := arrange(file, ix.scan()); len(list) != n || n > 0 && list[0].ID != store.ID(n+1) {
			t.Errorf("%d of %d are left", len(list), n)
		}
	})
}

// Exchanges come by ID, each once, in whatever order they were added, including those that were put
// back.
func TestAnIndexIsInOrder(t *testing.T) {
	ix := newIndex()
	at := func(id store.ID) *store.Exchange { return &store.Exchange{ID: id} }
	for _, id := range []store.ID{5, 2, 9, 7, 1} {
		ix.add(at(id))
	}
	undo := ix.apply(change{[]store.ID{2, 9}, at(3)})
	undo()
	ix.apply(change{[]store.ID{7}, at(8)})
	ids := func(list []*store.Exchange) (ids []store.ID) {
		for _, x := range list {
			ids = append(ids, x.ID)
		}
		return ids
	}
	if got := ids(ix.scan()); !slices.Equal(got, []store.ID{1, 2, 5, 8, 9}) {
		t.Errorf("all are %v", got)
	}
	for after, want := range map[store.ID][]store.ID{0: {1, 2}, 1: {2, 5}, 3: {5, 8}, 5: {8, 9}, 8: {9}, 9: nil} {
		if got := ids(ix.page(after, 2)); !slices.Equal(got, want) {
			t.Errorf("above %d come %v, want %v", after, got, want)
		}
	}
}

// An edited file may have the smallest and the largest number as IDs. Nothing comes twice, and
// nothing is lost.
func TestTheFirstAndTheLastIDAreInOrder(t *testing.T) {
	ix := newIndex()
	for _, id := range []store.ID{0, 5, math.MaxUint64} {
		ix.add(&store.Exchange{ID: id})
	}
	if got := ix.scan(); len(got) != 3 {
		t.Errorf("%d of 3 are in the file", len(got))
	}
	if got := ix.page(math.MaxUint64, 2); len(got) != 0 {
		t.Errorf("behind the last comes %d", got[0].ID)
	}
}
