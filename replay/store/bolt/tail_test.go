package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func numbered(n, id int) []byte {
	return indexKey(store.Key{Method: "GET", Host: "h", Path: fmt.Sprintf("/%03d", n)}, store.ID(id)) //nolint:gosec // small
}

// A tail holds what was added and not removed, sorted, in whatever order that was done. What it
// returned before does not change.
func TestATailIsASortedSet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		have, all := make(map[string]bool), &tail{}
		for range 60 {
			before, list := all, all.sorted()
			if r.IntN(4) == 0 {
				k := numbered(r.IntN(200), 7)
				rest, had := all.without(k)
				if had != have[string(k)] || had != all.has(k) {
					t.Fatalf("removed: %v, was there: %v, found: %v", had, have[string(k)], all.has(k))
				}
				delete(have, string(k))
				all = rest
			} else {
				var more [][]byte
				for range r.IntN(5) {
					more = append(more, numbered(r.IntN(200), 7))
					have[string(more[len(more)-1])] = true
				}
				all = all.with(more)
			}
			if !slices.EqualFunc(list, before.sorted(), bytes.Equal) {
				t.Fatal("an earlier tail has changed")
			}
			got := all.sorted()
			if len(got) != len(have) || !slices.IsSortedFunc(got, bytes.Compare) {
				t.Fatalf("%d keys, want %d, in order: %v", len(got), len(have), slices.IsSortedFunc(got, bytes.Compare))
			}
			walk, n := all.over(&listCursor{}), 0
			for k, _ := walk.Seek(nil); k != nil; k, _ = walk.Next() {
				if !bytes.Equal(k, got[n]) {
					t.Fatalf("the walk has %q, want %q", k, got[n])
				}
				n++
			}
			if n != len(got) {
				t.Fatalf("the walk has %d keys of %d", n, len(got))
			}
		}
	}
}

// A key that is in both the tail and the index comes once.
func TestATailOverAnIndex(t *testing.T) {
	index := &listCursor{keys: [][]byte{numbered(1, 1), numbered(3, 1), numbered(5, 1)}}
	walk := (&tail{}).with([][]byte{numbered(4, 1), numbered(3, 1), numbered(0, 1)}).over(index)
	var got []string
	for k, _ := walk.Seek(numbered(1, 0)); k != nil; k, _ = walk.Next() {
		got = append(got, string(k[2:6]))
	}
	if fmt.Sprint(got) != "[/001 /003 /004 /005]" || walk.Err() != nil {
		t.Errorf("got %v, %v", got, walk.Err())
	}
}

func TestTheLeastIDOfATail(t *testing.T) {
	all := (&tail{}).with([][]byte{numbered(1, 9), numbered(2, 5)}).with([][]byte{numbered(3, 7)})
	if all.least != 5 || all.size != 3 {
		t.Errorf("least %d of %d, want 5 of 3", all.least, all.size)
	}
}
