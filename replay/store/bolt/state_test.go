package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// walkAll follows every page of a state, as one that was not checked yet.
func walkAll(t *testing.T, s *boltStore) (elements int, err error) {
	t.Helper()
	before := s.checked
	defer func() { s.checked = before }()
	err = s.view(func(r *reading) error {
		s.checked = newChecked(uint64(len(r.data)) / r.page)
		for _, name := range []string{bucketMeta, bucketRec, bucketIdx, bucketBlob} {
			b, err := r.bucket(name)
			if err != nil {
				return err
			}
			c := b.cursor()
			for k, _ := c.Seek(nil); k != nil; k, _ = c.Next() {
				elements++
			}
			if c.err != nil {
				return c.err
			}
		}
		return nil
	})
	return elements, err
}

// What bbolt writes, whatever is put and removed, is what a page is checked for: no gap
// between its elements, and in a branch the first key of what is below.
func TestBboltWritesWhatIsChecked(t *testing.T) {
	s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), 40)
	tapetest.Must(t, err)
	s.db.NoSync = true // nothing is to last
	r := rand.New(rand.NewPCG(5, 6))
	id, rounds := store.ID(0), 150
	if testing.Short() {
		rounds = 40
	}
	for round := range rounds {
		if round%10 < 7 {
			var batch []store.Entry
			for range r.IntN(60) {
				id++
				size := []int{10, 300, 3000, 9000, 70_000}[min(r.IntN(30), 4)]
				path := strings.Repeat("p", r.IntN(150))
				batch = append(batch, store.Entry{Exchange: tapetest.Exchange(id, "GET", fmt.Sprintf("http://h/%d/%s", r.IntN(1000), path), strings.Repeat("x", size))})
			}
			tapetest.Must(t, s.Append(batch))
		} else {
			var ids []store.ID
			for first, n := r.IntN(int(id)+1), r.IntN(200); n > 0; n-- { //nolint:gosec // small
				ids = append(ids, store.ID(first+n)) //nolint:gosec // small
			}
			tapetest.Must(t, s.Delete(ids...))
		}
		if n, err := walkAll(t, s); err != nil {
			t.Fatalf("round %d, after %d elements: %v", round, n, err)
		}
	}
	tapetest.Must(t, s.Close())
}

// Damage far from what is read is not seen; what is there is an error, each time.
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
			// What is removed may lead anywhere, so all is looked at before.
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

// Each byte of the pages that lead to an entry of the index is checked, or is of no
// consequence: what is on tape is found or there is an error.
func TestNoByteOfTheIndexIsLost(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	pages := []uint64{}
	want := tapetest.Exchange(1, "GET", "http://h/77", "")
	tapetest.Must(t, s.(*boltStore).view(func(r *reading) error {
		pages = append(pages, r.root)
		idx, err := r.bucket(bucketIdx)
		tapetest.Must(t, err)
		c := idx.cursor()
		c.Seek(indexKey(want.Key, 0))
		for _, step := range c.stack {
			pages = append(pages, step.node.id)
		}
		return c.err
	}))
	tapetest.Must(t, s.Close())
	if len(pages) < 3 {
		t.Fatalf("%d pages lead to an entry", len(pages))
	}
	step, failed, found := 3, 0, 0
	if testing.Short() {
		step = 31
	}
	for _, page := range pages {
		for at := 0; at < 4096; at += step {
			b := bytes.Clone(good[:])
			b[int(page)*4096+at] ^= byte(1 << (at % 8))
			tapetest.Must(t, os.WriteFile(path, b, 0o600))
			s, err := OpenReadOnly(path)
			if err == nil {
				var x *store.Exchange
				if x, err = s.Find(want.Key, 0); err == nil && x == nil {
					t.Errorf("page %d, byte %d: not found, and no error", page, at)
				}
				_ = s.Close()
			}
			switch {
			case err == nil:
				found++
			case errors.Is(err, store.ErrFormat):
				failed++
			default:
				t.Errorf("page %d, byte %d: %v", page, at, err)
			}
		}
	}
	t.Logf("%d pages: %d found, %d errors", len(pages), found, failed)
	if failed == 0 || found == 0 {
		t.Errorf("%d found, %d errors", found, failed)
	}
}

// Each thing that is wrong in a page is an error that names the page.
func TestAPageThatIsReachedIsChecked(t *testing.T) {
	path := mixedTape(t)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	b := s.(*boltStore)
	tapetest.Must(t, b.view(func(r *reading) error {
		rec, err := r.bucket(bucketRec)
		tapetest.Must(t, err)
		good := r.data
		root := rec.root
		e := binary.NativeEndian
		for name, c := range map[string]struct {
			edit func(p []byte)
			text string
		}{
			"number":       {func(p []byte) { e.PutUint64(p, 99) }, "it says that it is page 99"},
			"flags":        {func(p []byte) { e.PutUint16(p[8:], 4) }, "neither a branch nor a leaf"},
			"fewer":        {func(p []byte) { e.PutUint16(p[10:], e.Uint16(p[10:])-1) }, "not where it belongs"},
			"more":         {func(p []byte) { e.PutUint16(p[10:], e.Uint16(p[10:])+1) }, "not where it belongs"},
			"none":         {func(p []byte) { e.PutUint16(p[10:], 0) }, "a branch without elements"},
			"too many":     {func(p []byte) { e.PutUint16(p[10:], 9999) }, "do not fit"},
			"longer":       {func(p []byte) { e.PutUint32(p[12:], 1) }, "2 pages long where"},
			"much longer":  {func(p []byte) { e.PutUint32(p[12:], 1<<30) }, "are left in the file"},
			"offset":       {func(p []byte) { e.PutUint32(p[16:], 17) }, "not where it belongs"},
			"no key":       {func(p []byte) { e.PutUint32(p[20:], 0) }, "not where it belongs"},
			"long key":     {func(p []byte) { e.PutUint32(p[20:], 1<<31) }, "not where it belongs"},
			"child":        {func(p []byte) { e.PutUint64(p[24:], 1<<40) }, "leads out of the file"},
			"meta":         {func(p []byte) { e.PutUint64(p[24:], 1) }, "leads out of the file"},
			"out of order": {func(p []byte) { p[int(e.Uint32(p[16:]))+16] = 0xff }, "out of order"},
			"another":      {func(p []byte) { copy(p[24:32], p[40:48]) }, "not the one that belongs there"},
			"itself":       {func(p []byte) { e.PutUint64(p[24:], root) }, "levels deep"},
		} {
			r.data = bytes.Clone(good)
			b.checked = newChecked(uint64(len(good)) / r.page)
			c.edit(r.data[root*r.page:])
			cur := rec.cursor()
			rec.state = &r.state
			k, _ := cur.Seek(nil)
			if k != nil || !errors.Is(cur.err, store.ErrFormat) || !strings.Contains(cur.err.Error(), c.text) || !strings.Contains(cur.err.Error(), path+": damaged tape: page ") {
				t.Errorf("%s: %q, %v, want %q", name, k, cur.err, c.text)
			}
		}
		r.data = good
		return nil
	}))
}

// A tape that an earlier build has written to has no seal for that: it is checked as a
// whole when it is opened.
func TestWithoutASealAllIsChecked(t *testing.T) {
	path := tapeFile(t, 30)
	all := func() bool {
		s, err := Open(path)
		tapetest.Must(t, err)
		defer s.Close()
		if n := len(tapetest.IDs(t, s, 0)); n < 30 {
			t.Errorf("%d exchanges", n)
		}
		return s.(*boltStore).walked
	}
	if all() {
		t.Error("a sealed tape was walked through")
	}
	db, err := bbolt.Open(path, 0o600, nil)
	tapetest.Must(t, err)
	x := tapetest.Exchange(50, "GET", "http://h/50", "")
	tapetest.Must(t, db.Update(func(tx *bbolt.Tx) error {
		record, err := appendRecord(nil, idBytes(50), x.AppendBinary)
		k := indexKey(x.Key, 50)
		return errors.Join(err, bucket(tx, bucketRec).Put(idBytes(50), record), bucket(tx, bucketIdx).Put(k, indexValue(k)))
	}))
	tapetest.Must(t, db.Close())
	if !all() {
		t.Error("a tape without a seal was not walked through")
	}
	s, err := Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{item(60)}))
	tapetest.Must(t, s.Close())
	if all() {
		t.Error("it was not sealed again")
	}
}
