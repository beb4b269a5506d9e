package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// putMeta changes a field of a meta page and updates its checksum.
func putMeta(b []byte, page, field int, v uint64) {
	m := b[page*4096+pageHeader:][:metaSize]
	if field == 8 {
		binary.NativeEndian.PutUint32(m[field:], uint32(v)) //nolint:gosec // a page size
	} else {
		binary.NativeEndian.PutUint64(m[field:], v)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(m[:metaSize-8])
	binary.NativeEndian.PutUint64(m[metaSize-8:], sum.Sum64())
}

// The fields of a meta page are checked even if its checksum is right.
func TestMetaPagesAreChecked(t *testing.T) {
	good, err := os.ReadFile(tapeFile(t, 10))
	tapetest.Must(t, err)
	if _, err := metaOf("f", bytes.NewReader(good), int64(len(good))); err != nil {
		t.Fatalf("the control: %v", err)
	}
	for name, c := range map[string]struct {
		field int
		value uint64
		text  string
	}{
		"page size":   {8, 4095, "damaged tape: page 0: pages of 4095 bytes"},
		"root":        {16, 1 << 40, "the root is page"},
		"root 0":      {16, 0, "the root is page 0"},
		"free list":   {32, 1 << 40, "the free list is page"},
		"high":        {40, 1 << 40, "cut off"},
		"no freelist": {32, noFreelist, ""},
	} {
		b := bytes.Clone(good)
		for page := range 2 {
			putMeta(b, page, c.field, c.value)
		}
		_, err := metaOf("f", bytes.NewReader(b), int64(len(b)))
		if c.text == "" && err != nil || c.text != "" && (!errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text)) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}
	b := bytes.Clone(good)
	putMeta(b, 1, 8, 8192)
	if _, err := metaOf("f", bytes.NewReader(b), int64(len(b))); err == nil || !strings.Contains(err.Error(), "page 1") {
		t.Errorf("two page sizes: %v", err)
	}
}

// A crash may leave one meta page torn. The other one is then used.
func TestOneMetaPageIsEnough(t *testing.T) {
	path := tapeFile(t, 10)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	for page := range 2 {
		b := bytes.Clone(good)
		clear(b[page*4096:][:200])
		tapetest.Must(t, os.WriteFile(path, b, 0o600))
		s, err := Open(path)
		tapetest.Must(t, err)
		if n := len(tapetest.IDs(t, s, 0)); n < 9 {
			t.Errorf("without meta page %d: %d of 10 are left", page, n)
		}
		tapetest.Must(t, s.Close())
	}
}
