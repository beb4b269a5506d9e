package text

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/store"
)

// Looking up a request with another credential than the recorded one asks for its neighbors. A tape
// that is replayed with a dummy credential must still take linear time.
func TestNeighborsAreFoundInTheSameTime(t *testing.T) {
	for name, url := range map[string]string{"a path": "http://h/?n=%d", "many paths": "http://h/%d", "many hosts": "http://h%d/", "one request": "http://h/"} {
		growth.Linear(t, growth.Repeat("exchange "), func(text string) {
			s := &textStore{index: newIndex()}
			var keys []store.Key
			for i := range len(text) / 64 {
				u := url
				if strings.Contains(u, "%d") {
					u = fmt.Sprintf(u, i)
				}
				x := recorded(morning(), i, u, "")
				x.Identity = []byte("identity one")
				x.Key = sumOf(x)
				s.index.add(x)
				x.Identity = nil
				keys = append(keys, sumOf(x))
			}
			for i, key := range keys {
				if near, err := s.Near(key, 2); err != nil || len(near) == 0 || near[0].Key.Request() != key.Request() {
					t.Fatalf("%s, %d: %v, %v", name, i, near, err)
				}
			}
		})
	}
}

// A removed key is not near anything, and one that is added again is there once.
func TestNear(t *testing.T) {
	s := &textStore{index: newIndex()}
	at := func(i int, url string) *store.Exchange { return recorded(morning(), i, url, "") }
	list := []*store.Exchange{at(0, "http://h/b"), at(1, "http://h/a?1"), at(2, "http://h/a?2"), at(3, "http://g/a"), at(4, "http://h/a?1")}
	for _, x := range list {
		s.index.add(x)
	}
	urls := func(n int) (all string) {
		near, err := s.Near(list[2].Key, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range near {
			all += " " + x.Request.URL[len("http://h/"):]
		}
		return all
	}
	if got := urls(9); got != " a?2 a?1 b" {
		t.Errorf("near:%s", got)
	}
	if got := urls(2); got != " a?2 a?1" {
		t.Errorf("two:%s", got)
	}
	if got := urls(0); got != "" {
		t.Errorf("none:%s", got)
	}
	for i := range 200 { // often enough for removed keys to be forgotten
		s.index.remove([]store.ID{list[1].ID, list[4].ID})
		if got := urls(9); got != " a?2 b" {
			t.Fatalf("removed, %d:%s", i, got)
		}
		undo := s.index.apply(change{added: list[4]})
		undo()
		s.index.add(list[1])
		if got := urls(9); got != " a?2 a?1 b" {
			t.Fatalf("again, %d:%s", i, got)
		}
	}
	if n := len(s.index.keys.byHost["h"]); n > 100 {
		t.Errorf("%d keys for 3", n)
	}
}
