package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// walkAll follows every page of a state as if none had been checked.
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

// Whatever is put and removed, the pages that bbolt writes pass the checks: no gap between
// elements, and in a branch the first key of each child.
func TestBboltWritesWhatIsChecked(t *testing.T) {
	s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), 40)
	tapetest.Must(t, err)
	s.db.NoSync = true // nothing needs to last
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

// Each kind of damage to a page that is reached is an error that names the page.
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
			"longer":       {func(p []byte) { e.PutUint32(p[12:], 1) }, "2 pages long"}, // or beyond the end, if it is the last page
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

// Every cache line of a page is read.
func TestAPageIsFetched(t *testing.T) {
	page := make([]byte, 4096)
	for line := range 64 {
		page[64*line] = 1
	}
	if got := fetch(page); got != 64 {
		t.Errorf("%d of 64 lines were looked at", got)
	}
}
