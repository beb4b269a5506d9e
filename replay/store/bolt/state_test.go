package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Damage to a page that is not read goes unnoticed. Reading the damaged page is an error each time.
func TestDamageElsewhere(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	find := func(s store.IndexStore, i int) (*store.Exchange, error) {
		return s.Find(tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key, 0)
	}
	page := 0
	opened, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	tapetest.Must(t, opened.(*boltStore).view(func(r *reading) error {
		rec, err := r.bucket(bucketRec)
		tapetest.Must(t, err)
		c := rec.cursor()
		c.Seek(idBytes(595))
		page = int(c.top().node.id) //nolint:gosec // small
		return c.err
	}))
	tapetest.Must(t, opened.Close())
	b := bytes.Clone(good)
	b[page*4096+10]-- // one element less
	tapetest.Must(t, os.WriteFile(path, b, 0o600))
	for _, open := range []func(string) (store.IndexStore, error){OpenReadOnly, Open} {
		s, err := open(path)
		tapetest.Must(t, err)
		for range 2 {
			if x, err := find(s, 5); x == nil || err != nil {
				t.Errorf("a whole part: %v, %v", x, err)
			}
			if x, err := find(s, 594); x != nil || !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), fmt.Sprintf("page %d: ", page)) {
				t.Errorf("the damaged one: %v, %v", x, err)
			}
		}
		n := 0
		for _, err := range s.Scan(0) {
			if n++; err != nil {
				if !errors.Is(err, store.ErrFormat) {
					t.Error(err)
				}
				n = -n
			}
		}
		if n > -400 {
			t.Errorf("a scan ended after %d", n)
		}
		if !s.(*boltStore).readOnly {
			// A removed page may lead anywhere, so everything is checked first.
			if err := s.Delete(1); err != nil && !errors.Is(err, store.ErrFormat) {
				t.Errorf("removed: %v", err)
			}
			if x, err := find(s, 6); x == nil || err != nil {
				t.Errorf("afterwards: %v, %v", x, err)
			}
		}
		tapetest.Must(t, s.Close())
	}
}

// A search checks only the keys around the place of the key in a leaf of the index. If any byte of
// one key is changed, the search finds what it would have found, or returns an error. The control
// trusts the search.
func TestASearchIsNotLedAstray(t *testing.T) {
	s, err := OpenReadOnly(mixedTape(t))
	tapetest.Must(t, err)
	defer s.Close()
	b := s.(*boltStore)
	tapetest.Must(t, b.view(func(r *reading) error {
		idx, err := r.bucket(bucketIdx)
		tapetest.Must(t, err)
		c := idx.cursor()
		c.Seek(indexKey(tapetest.Exchange(1, "GET", "http://h/77", "").Key, 0))
		good := c.top().node
		r.data = bytes.Clone(r.data) // the mapping is read-only
		bad := nodeOf(good.id, r.data[good.id*r.page:][:r.page])
		found, failed, astray := 0, 0, 0
		for i := range good.count {
			for _, at := range []int{0, len(good.key(i)) / 2, len(good.key(i)) - 1} {
				for _, change := range []byte{0x80, 1} {
					bad.key(i)[at] ^= change
					b.checked = newChecked(uint64(len(r.data)) / r.page)
					for n := 1; n < good.count; n++ {
						want := good.key(n)
						if at, is := bad.search(sortIdx, want); !is || at != n {
							astray++
						}
						tree := tree{state: &r.state, in: sortIdx, root: idx.root}
						switch k, _, err := tree.seek(want); {
						case errors.Is(err, store.ErrFormat):
							failed++
						case err != nil || !bytes.Equal(k, want):
							t.Errorf("key %d of %d, byte %d: looking for key %d: %q, %v", i, good.count, at, n, k, err)
						default:
							found++
						}
					}
					bad.key(i)[at] ^= change
				}
			}
		}
		if found == 0 || failed == 0 || astray == 0 {
			t.Errorf("%d found, %d errors; the control was led astray %d times", found, failed, astray)
		}
		return nil
	}))
}

// Opening a tape copies the list of its buckets instead of mapping it. A writer changes that list.
func TestTheCopiedListOfBuckets(t *testing.T) {
	path := mixedTape(t)
	s, err := Open(path)
	tapetest.Must(t, err)
	listed := func(s store.IndexStore) (list bool) {
		tapetest.Must(t, s.(*boltStore).view(func(r *reading) error {
			list = r.list() != nil
			return nil
		}))
		return list
	}
	if !listed(s) {
		t.Error("the list was not copied")
	}
	last, err := s.Last()
	tapetest.Must(t, err)
	x := tapetest.Exchange(last+1, "GET", "http://h/new", "")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	if now, err := s.Last(); now != last+1 || err != nil || listed(s) {
		t.Errorf("last is %d, %v after %d was appended, copied %v", now, err, last+1, listed(s))
	}
	tapetest.Must(t, s.Close())
	s, err = OpenReadOnly(path)
	tapetest.Must(t, err)
	if now, err := s.Last(); now != last+1 || err != nil || !listed(s) {
		t.Errorf("last is %d, %v, copied %v", now, err, listed(s))
	}
	if got, err := s.Find(x.Key, 0); got == nil || err != nil {
		t.Errorf("found %v, %v", got, err)
	}
	tapetest.Must(t, s.Close())
}
