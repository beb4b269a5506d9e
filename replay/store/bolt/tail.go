package bolt

import (
	"bytes"
	"math"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// A tail holds the index keys that are not in the index of the file yet. They wait in memory,
// because adding thousands of sorted keys to an index costs little more than adding one. A tail
// never changes: adding or removing keys returns another one.
type tail struct {
	runs  [][][]byte // each sorted and at least twice as long as the next
	size  int        // of all runs
	least store.ID   // the least ID of all keys
}

// with returns a tail with further keys. keys is sorted and kept.
func (t *tail) with(keys [][]byte) *tail {
	if len(keys) == 0 {
		return t
	}
	least := store.ID(math.MaxUint64)
	if t.size > 0 {
		least = t.least
	}
	for _, k := range keys {
		least = min(least, idOf(k))
	}
	slices.SortFunc(keys, bytes.Compare)
	keys = slices.CompactFunc(keys, bytes.Equal)
	runs := slices.Clip(t.runs)
	for len(runs) > 0 && len(runs[len(runs)-1]) < 2*len(keys) {
		keys = merged(runs[len(runs)-1], keys)
		runs = slices.Clip(runs[:len(runs)-1])
	}
	return tailOf(append(runs, keys), least)
}

func tailOf(runs [][][]byte, least store.ID) *tail {
	t := &tail{runs: runs, least: least}
	for _, run := range runs {
		t.size += len(run)
	}
	return t
}

// without returns a tail without a key, and whether the key was there.
func (t *tail) without(key []byte) (rest *tail, had bool) {
	runs := slices.Clone(t.runs)
	for i, run := range runs {
		at, found := slices.BinarySearchFunc(run, key, bytes.Compare)
		if found {
			had = true
			runs[i] = slices.Delete(slices.Clone(run), at, at+1)
		}
	}
	if !had {
		return t, false
	}
	return tailOf(slices.DeleteFunc(runs, func(run [][]byte) bool { return len(run) == 0 }), t.least), true
}

// has reports whether a key is in the tail.
func (t *tail) has(key []byte) bool {
	for _, run := range t.runs {
		if _, found := slices.BinarySearchFunc(run, key, bytes.Compare); found {
			return true
		}
	}
	return false
}

// sorted returns all keys.
func (t *tail) sorted() [][]byte {
	var all [][]byte
	for _, run := range slices.Backward(t.runs) { // from the shortest
		all = merged(run, all)
	}
	return all
}

// over returns a walk over the keys of an index and of the tail.
func (t *tail) over(index seeker) seeker {
	if t.size == 0 {
		return index
	}
	all := &mergedCursor{parts: make([]seeker, 1, 1+len(t.runs)), keys: make([][]byte, 1+len(t.runs))}
	all.parts[0] = index
	for _, run := range t.runs {
		all.parts = append(all.parts, &listCursor{keys: run})
	}
	return all
}

// merged returns the keys of two sorted lists in their order, each once.
func merged(a, b [][]byte) [][]byte {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	all := make([][]byte, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		c := bytes.Compare(a[0], b[0])
		if c <= 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all = append(all, b[0])
		}
		if c >= 0 {
			b = b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// mergedCursor walks several sorted lists as if they were one.
type mergedCursor struct {
	parts []seeker
	keys  [][]byte // the current key of each part, nil after its end
}

func (c *mergedCursor) Seek(from []byte) (key, value []byte) {
	for i, p := range c.parts {
		c.keys[i], _ = p.Seek(from)
	}
	return c.least(), nil
}

func (c *mergedCursor) Next() (key, value []byte) {
	now := c.least()
	for i, p := range c.parts {
		if now != nil && bytes.Equal(c.keys[i], now) {
			c.keys[i], _ = p.Next()
		}
	}
	return c.least(), nil
}

func (c *mergedCursor) Err() error {
	for _, p := range c.parts {
		if err := p.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (c *mergedCursor) least() (least []byte) {
	for _, k := range c.keys {
		if k != nil && (least == nil || bytes.Compare(k, least) < 0) {
			least = k
		}
	}
	return least
}
