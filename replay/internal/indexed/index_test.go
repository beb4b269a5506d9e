package indexed

import (
	"encoding/binary"
	"slices"
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/store"
)

func key(host, path string, sum, who byte) store.Key {
	k := store.Key{Method: "GET", Host: host, Path: path}
	k.Sum[0], k.Sum[len(k.Sum)-1] = sum, who
	return k
}

func TestIndex(t *testing.T) {
	ix := newIndex(0)
	a, b, other, elsewhere := key("h", "/a", 1, 0), key("h", "/a", 1, 9), key("h", "/b", 2, 0), key("g", "/a", 3, 0)
	for _, x := range []struct {
		id  store.ID
		key store.Key
	}{{10, a}, {20, b}, {5, a}, {30, other}, {40, elsewhere}, {50, a}} {
		ix.add(x.id, x.key)
	}
	ix.add(50, a)
	for after, want := range map[store.ID]store.ID{0: 5, 5: 10, 10: 50, 50: 0} {
		if got := ix.next(a, after); got != want {
			t.Errorf("next of a after %d is %d, want %d", after, got, want)
		}
	}
	if got := ix.replaced(a, 50); !equalIDs(got, 5, 10, 20) {
		t.Errorf("replaced below 50 are %v, want 5, 10 and 20, whoever made them", got)
	}
	for n, want := range [][]store.ID{{}, {5}, {5, 20}, {5, 20, 30}, {5, 20, 30}} {
		if got := ix.near(a, n); !equalIDs(got, want...) {
			t.Errorf("near of %d is %v, want %v", n, got, want)
		}
	}
	for _, id := range []store.ID{5, 10, 50, 99, 40} {
		ix.remove(id)
	}
	if got := ix.next(a, 0); got != 0 {
		t.Errorf("next of what was removed is %d", got)
	}
	if got := ix.near(a, 9); !equalIDs(got, 20, 30) {
		t.Errorf("near after a removal is %v, want 20 and 30", got)
	}
	if len(ix.byHost) != 1 || len(ix.byPath) != 2 || len(ix.byKey) != 2 || len(ix.byID) != 2 || ix.last != 50 {
		t.Errorf("%d hosts, %d keys, %d IDs and the last %d are left, want 1, 2, 2 and 50", len(ix.byHost), len(ix.byKey), len(ix.byID), ix.last)
	}
}

// Deleting takes linear time, however the exchanges are spread over hosts, requests and identities.
func TestDeletingIsLinear(t *testing.T) {
	numbered := func(host string, request, who int) store.Key {
		k := store.Key{Method: "GET", Host: host}
		binary.BigEndian.PutUint32(k.Sum[:], uint32(request))         //nolint:gosec // small
		binary.BigEndian.PutUint32(k.Sum[len(k.Sum)-4:], uint32(who)) //nolint:gosec // small
		return k
	}
	for name, keyOf := range map[string]func(n int) store.Key{
		"one host":    func(n int) store.Key { return numbered("h", n, 0) },
		"one request": func(n int) store.Key { return numbered("h", 0, n) },
		"one key":     func(int) store.Key { return numbered("h", 0, 0) },
	} {
		for order, place := range map[string]func(i, n int) int{
			"first first": func(i, _ int) int { return i },
			"last first":  func(i, n int) int { return n - 1 - i },
		} {
			t.Run(name+", "+order, func(t *testing.T) {
				growth.Linear(t, growth.Repeat("an exchange of this length......"), func(text string) {
					ix := newIndex(0)
					n := len(text) / 32
					for i := range n {
						ix.add(store.ID(i+1), keyOf(i)) //nolint:gosec // small
					}
					for i := range n {
						ix.remove(store.ID(place(i, n) + 1)) //nolint:gosec // small
					}
					if len(ix.byID)+len(ix.byKey)+len(ix.byRequest)+len(ix.byHost) > 0 {
						t.Error("something is left")
					}
				})
			})
		}
	}
}

// A key that is deleted and recorded again comes once among the keys of its host, and takes no
// extra room.
func TestDeletedAndRecordedAgain(t *testing.T) {
	ix := newIndex(0)
	a, b := key("h", "/a", 1, 0), key("h", "/b", 2, 0)
	ix.add(1, b)
	for id := store.ID(2); id < 1000; id++ {
		ix.add(id, a)
		if got := ix.near(a, 9); !equalIDs(got, 1, id) {
			t.Fatalf("near is %v, want 1 and %d", got, id)
		}
		if got := ix.replaced(a, id+1); !equalIDs(got, id) {
			t.Fatalf("replaced are %v, want %d", got, id)
		}
		ix.remove(id)
		if got := ix.near(a, 9); !equalIDs(got, 1) {
			t.Fatalf("near of what was removed is %v, want 1", got)
		}
	}
	if n := len(ix.byHost["h"].all); n > 4 {
		t.Errorf("%d sequences are kept for one that is there", n)
	}
}

func equalIDs(got []store.ID, want ...store.ID) bool {
	got = slices.Clone(got)
	slices.Sort(got)
	return slices.Equal(got, want)
}

// A request with another credential is looked up by its neighbors. Finding them takes the same time
// however many exchanges there are.
func TestNeighborsAreFoundInTheSameTime(t *testing.T) {
	for name, at := range map[string]func(i int) store.Key{
		"a path":     func(i int) store.Key { return store.Key{Method: "GET", Host: "h", Path: "/"} },
		"many paths": func(i int) store.Key { return store.Key{Method: "GET", Host: "h", Path: strconv.Itoa(i)} },
		"many hosts": func(i int) store.Key { return store.Key{Method: "GET", Host: strconv.Itoa(i), Path: "/"} },
	} {
		growth.Linear(t, growth.Repeat("exchange "), func(text string) {
			ix := newIndex(0)
			var keys []store.Key
			for i := range len(text) / 64 {
				k := at(i)
				binary.BigEndian.PutUint32(k.Sum[:], uint32(i)) //nolint:gosec // small
				keys = append(keys, k)
				k.Sum[len(k.Sum)-1] = 9
				ix.add(store.ID(i+1), k) //nolint:gosec // not negative
			}
			for i, k := range keys {
				if near := ix.near(k, 2); len(near) == 0 || near[0] != store.ID(i+1) { //nolint:gosec // not negative
					t.Fatalf("%s, %d: %v", name, i, near)
				}
			}
		})
	}
}
