package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// inParts appends an exchange whose body is in five parts.
func inParts(t *testing.T, s store.PartStore, id store.ID) {
	t.Helper()
	whole, short := bytes.Repeat([]byte{7}, store.PartSize), []byte("the end")
	for i := range 4 {
		tapetest.Must(t, s.AppendParts([]store.Part{{ID: id, Number: i, Data: whole}}))
	}
	tapetest.Must(t, s.AppendParts([]store.Part{{ID: id, Number: 4, Data: short}}))
	x := tapetest.Exchange(id, "GET", fmt.Sprintf("http://h/%d", id), "")
	x.SetMissingBody(4*store.PartSize + int64(len(short)))
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
}

func openParts(t *testing.T, path string) *boltStore {
	t.Helper()
	s, err := Open(path)
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s.(*boltStore)
}

// left counts the parts in the file, and the unfinished exchanges.
func left(t *testing.T, s *boltStore) (parts, unfinished int) {
	t.Helper()
	tapetest.Must(t, s.db.View(func(tx *bbolt.Tx) error {
		parts = bucket(tx, bucketBlob).Stats().KeyN
		return bucket(tx, bucketMeta).ForEach(func(k, _ []byte) error {
			if bytes.HasPrefix(k, []byte(metaParts)) {
				unfinished++
			}
			return nil
		})
	}))
	return parts, unfinished
}

func TestALongBodyIsFoundInParts(t *testing.T) {
	s := openParts(t, filepath.Join(t.TempDir(), "tape"))
	inParts(t, s, 1)
	for x, err := range s.Scan(0) {
		if err != nil || x.MissingBody() != 4*store.PartSize+7 || len(x.Response.Body) != 0 {
			t.Fatalf("%v, missing %d", err, x.MissingBody())
		}
	}
	for i, want := range []int{store.PartSize, store.PartSize, store.PartSize, store.PartSize, 7, 0} {
		if b, err := s.Part(1, i); err != nil || len(b) != want {
			t.Errorf("part %d has %d bytes, %v, want %d", i, len(b), err, want)
		}
	}
	if b, err := s.Part(2, 0); b != nil || err != nil {
		t.Errorf("a part of nothing: %d bytes, %v", len(b), err)
	}
	if parts, unfinished := left(t, s); parts != 5 || unfinished != 0 {
		t.Errorf("%d parts, %d unfinished", parts, unfinished)
	}
	tapetest.Must(t, s.Delete(1))
	if parts, _ := left(t, s); parts != 0 {
		t.Errorf("%d parts are left", parts)
	}
}

// Parts whose exchange never came are removed by Delete, and by the next Open.
func TestUnfinishedPartsAreRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s := openParts(t, path)
	inParts(t, s, 1)
	for id := store.ID(2); id < 5; id++ {
		tapetest.Must(t, s.AppendParts([]store.Part{{ID: id, Data: []byte("a")}, {ID: id, Number: 1, Data: []byte("b")}}))
	}
	tapetest.Must(t, s.Delete(2))
	if parts, unfinished := left(t, s); parts != 5+4 || unfinished != 2 {
		t.Errorf("%d parts, %d unfinished, want 9 and 2", parts, unfinished)
	}
	tapetest.Must(t, s.Close())
	read, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	if b, err := read.(store.PartStore).Part(1, 4); err != nil || string(b) != "the end" {
		t.Errorf("%q, %v", b, err)
	}
	tapetest.Must(t, read.Close())
	s = openParts(t, path)
	if parts, unfinished := left(t, s); parts != 5 || unfinished != 0 {
		t.Errorf("after Open: %d parts, %d unfinished, want 5 and 0", parts, unfinished)
	}
}

// A damaged part is an error, not a body.
func TestADamagedPart(t *testing.T) {
	s := openParts(t, filepath.Join(t.TempDir(), "tape"))
	inParts(t, s, 1)
	tapetest.Must(t, s.update(func(c *change) error {
		k := partKey(idBytes(1), 1)
		b := bytes.Clone(c.blob.Get(k))
		b[len(b)-1]++
		return c.blob.Put(k, b)
	}))
	if b, err := s.Part(1, 0); err != nil || len(b) != store.PartSize {
		t.Errorf("part 0: %d bytes, %v", len(b), err)
	}
	if b, err := s.Part(1, 1); !errors.Is(err, store.ErrFormat) || b != nil {
		t.Errorf("part 1: %d bytes, %v", len(b), err)
	}
}

// Replacing an exchange removes its parts.
func TestReplacedPartsAreRemoved(t *testing.T) {
	s := openParts(t, filepath.Join(t.TempDir(), "tape"))
	inParts(t, s, 1)
	x := tapetest.Exchange(2, "GET", "http://h/1", "")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x, Replace: 2}}))
	if parts, _ := left(t, s); parts != 0 {
		t.Errorf("%d parts are left", parts)
	}
}
