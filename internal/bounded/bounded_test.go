package bounded

import (
	"slices"
	"strconv"
	"testing"
)

type value struct {
	name string
	busy bool
}

func find(m *Map[string, *value], key string, now int64) (*value, bool) {
	return m.Find(key, now, func(v *value) bool { return !v.busy }, func(own bool) *value {
		if !own {
			return &value{name: "rest"}
		}
		return &value{name: key, busy: true}
	})
}

func TestKeysBeyondMaxShareTheRest(t *testing.T) {
	m := &Map[string, *value]{Max: 2, Every: 10}
	a, _ := find(m, "a", 0)
	find(m, "b", 0)
	c, own := find(m, "c", 0)
	d, _ := find(m, "d", 0)
	if own || c != d || c.name != "rest" {
		t.Errorf("c and d got %v and %v (own %v), want the rest", c, d, own)
	}
	if again, own := find(m, "a", 0); again != a || !own {
		t.Errorf("a is %v (own %v), want its first value", again, own)
	}
	if m.Len() != 2 {
		t.Errorf("%d keys, want 2", m.Len())
	}
	var names []string
	for v := range m.All() {
		names = append(names, v.name)
	}
	slices.Sort(names)
	if want := []string{"a", "b", "rest"}; !slices.Equal(names, want) {
		t.Errorf("All yields %v, want %v", names, want)
	}
}

func TestIdleValuesMakeRoom(t *testing.T) {
	m := &Map[string, *value]{Max: 2, Every: 10}
	a, _ := find(m, "a", 0)
	find(m, "b", 0)
	a.busy = false
	if c, own := find(m, "c", 0); !own || c.name != "c" {
		t.Errorf("c got %v (own %v), want a value of its own", c, own)
	}
	if _, ok := m.Get("a"); ok {
		t.Error("a is still there, want it dropped")
	}
}

// A full map is searched only once in Every: the search takes time in proportion to the map, and a
// stranger decides how often new keys come.
func TestAFullMapIsSearchedOnceInEvery(t *testing.T) {
	m := &Map[string, *value]{Max: 100, Every: 10}
	for i := range 100 {
		find(m, strconv.Itoa(i), 0)
	}
	searched := 0
	look := func(now int64) {
		m.Find("new", now, func(*value) bool { searched++; return false }, func(bool) *value { return new(value) })
	}
	for now := range int64(10) {
		look(now)
	}
	if searched != 100 {
		t.Errorf("looked at %d values within Every, want 100", searched)
	}
	look(10)
	if searched != 200 {
		t.Errorf("looked at %d values after Every, want 200", searched)
	}
}

func TestPutReturnsADroppedValue(t *testing.T) {
	m := &Map[string, *value]{Max: 1}
	find(m, "a", 0)
	m.Put("b", &value{name: "b"})
	if v, ok := m.Get("b"); !ok || v.name != "b" || m.Len() != 2 {
		t.Errorf("b is %v, %v among %d", v, ok, m.Len())
	}
}
