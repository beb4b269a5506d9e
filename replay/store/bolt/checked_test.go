package bolt

import (
	"sync"
	"testing"
)

func TestCheckedPages(t *testing.T) {
	c := newChecked(100)
	type need struct{ form, content bool }
	needs := func(id uint64, all bool) need {
		form, content := c.needs(id, all)
		return need{form, content}
	}
	want := func(step string, id uint64, glance, whole need) {
		t.Helper()
		if got := [2]need{needs(id, false), needs(id, true)}; got != [2]need{glance, whole} {
			t.Errorf("%s: a glance at page %d needs %v, all of it %v, want %v and %v", step, id, got[0], got[1], glance, whole)
		}
	}
	none, form, all := need{}, need{true, false}, need{true, true}
	want("new", 64, form, all)
	c.add(64, false)
	want("formed", 64, none, all)
	want("formed", 65, form, all)
	c.add(64, true)
	want("whole", 64, none, none)
	c.add(63, true)
	want("whole at once", 63, none, none)
	want("written by this process", 100, none, none)
}

// Several goroutines note the same pages.
func TestPagesAreNotedAtOnce(t *testing.T) {
	const high = 3*setPages + 5
	c := newChecked(high)
	var work sync.WaitGroup
	for n := range uint64(4) {
		work.Go(func() {
			for id := n; id < high; id += 2 {
				c.add(id, true)
			}
		})
	}
	work.Wait()
	for id := range uint64(high) {
		if form, _ := c.needs(id, true); form {
			t.Fatalf("page %d was not noted", id)
		}
	}
}
