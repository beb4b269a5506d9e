package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A tape that an earlier build has changed has no valid seal, so Open checks all of it.
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

// No parent page says what meta and the roots of the buckets should be, so a seal covers them. If
// they are damaged, opening the tape fails or walks all of it.
func TestASealIsOfMetaAndOfTheRoots(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	s, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	var root, idx, below uint64
	tapetest.Must(t, s.(*boltStore).view(func(r *reading) error {
		root = r.root
		b, err := r.bucket(bucketIdx)
		tapetest.Must(t, err)
		c := b.cursor()
		c.Seek(nil)
		idx, below = b.root, c.top().node.id
		return c.err
	}))
	tapetest.Must(t, s.Close())
	if idx == below {
		t.Fatal("the index has one page")
	}
	page := func(b []byte) []byte { return b[root*4096:][:4096] }
	number := func(n uint64) []byte { return binary.NativeEndian.AppendUint64(nil, n) }
	for name, c := range map[string]struct {
		from, to []byte
		text     string
	}{
		"root of the index": {number(idx), number(below), "the ends of its buckets"},
		"last":              {append([]byte(metaLast), idBytes(600)...), append([]byte(metaLast), idBytes(700)...), "the ends of its buckets"},
		"schema":            {[]byte("schema\x00\x00\x00\x01"), []byte("schema\x00\x00\x00\x02"), "the ends of its buckets"},
		"the seal":          {[]byte(metaSeal + "\x00"), []byte(metaSeal + "\x01"), ""}, // the seal of another state
	} {
		b := bytes.Clone(good)
		if !bytes.Contains(page(b), c.from) {
			t.Fatalf("%s: it is not in page %d", name, root)
		}
		copy(page(b), bytes.Replace(page(b), c.from, c.to, 1))
		tapetest.Must(t, os.WriteFile(path, b, 0o600))
		s, err := OpenReadOnly(path)
		if c.text == "" {
			if err != nil || !s.(*boltStore).walked {
				t.Errorf("%s: %v, or it was not walked through", name, err)
			}
			_ = s.Close()
		} else if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}
}

// The pages that lead to the end of a bucket are followed before they are checked. Whatever they
// contain, the walk ends, and stays within the file.
func TestTheWayToAnEndEnds(t *testing.T) {
	s, err := OpenReadOnly(mixedTape(t))
	tapetest.Must(t, err)
	defer s.Close()
	tapetest.Must(t, s.(*boltStore).view(func(r *reading) error {
		good, page := r.data, make([]byte, r.page)
		b, opened := s.(*boltStore), s.(*boltStore).file
		defer func() { b.file = opened }()
		edited, err := os.Create(filepath.Join(t.TempDir(), "edited"))
		tapetest.Must(t, err)
		defer edited.Close()
		root := uint64(0)
		edit := func(fn func(page []byte)) {
			r.data, b.file = bytes.Clone(good), edited
			fn(r.data[root*r.page:])
			_, err := edited.WriteAt(r.data, 0)
			tapetest.Must(t, err)
		}
		rec, err := r.bucket(bucketRec)
		tapetest.Must(t, err)
		rec.state = &r.state
		first, last, err := rec.ends(page)
		if err != nil || !bytes.Equal(first, idBytes(1)) || !bytes.Equal(last, idBytes(600)) {
			t.Fatalf("the ends are %x and %x, %v", first, last, err)
		}
		e := binary.NativeEndian
		root = rec.root
		element := pageHeader + (int(e.Uint16(good[root*r.page+10:]))-1)*elementSize // the last of the root
		child := func(p []byte) []byte { return p[element+8:] }
		for name, c := range map[string]struct {
			edit func(p []byte)
			text string
		}{
			"a circle":    {func(p []byte) { e.PutUint64(child(p), root) }, "levels deep"},
			"outside":     {func(p []byte) { e.PutUint64(child(p), 1<<40) }, "not one of the"},
			"no page":     {func(p []byte) { e.PutUint64(child(p), 0) }, "not one of the"},
			"offset":      {func(p []byte) { e.PutUint32(p[element:], 1<<31) }, "not within the page"},
			"long key":    {func(p []byte) { e.PutUint32(p[element+4:], 4096) }, "not within the page"},
			"first key":   {func(p []byte) { e.PutUint32(p[pageHeader:], 1<<31) }, "not within the page"},
			"no elements": {func(p []byte) { e.PutUint16(p[10:], 0) }, "not within the page"},
		} {
			edit(c.edit)
			if first, last, err := rec.ends(page); !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %x and %x, %v, want %q", name, first, last, err, c.text)
			}
		}
		edit(func(p []byte) { e.PutUint16(p[10:], 65535) })
		if first, last, err := rec.ends(page); !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), "not within the page") {
			t.Errorf("too many: %x and %x, %v", first, last, err)
		}
		r.data = good
		return nil
	}))
}
