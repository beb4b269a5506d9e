package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Each kind of damage to a page is an error that names the page.
func TestWalkNamesThePage(t *testing.T) {
	path := mixedTape(t)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	m, err := metaOf(path, bytes.NewReader(good), int64(len(good)))
	tapetest.Must(t, err)
	if err := walk(path, bytes.NewReader(good), m); err != nil {
		t.Fatalf("the control: %v", err)
	}
	// Pages of the newest state, one of each kind.
	w := &walker{r: bytes.NewReader(good), path: path, meta: m, seen: make([]uint64, m.high/64+1)}
	tapetest.Must(t, w.tree(m.root, nil, nil, 0))
	find := func(flags uint16) int {
		for id := 2; id < int(m.high); id++ {
			p := good[id*4096:]
			if w.seen[id/64]>>(id%64)&1 == 1 && uint64(id) == binary.NativeEndian.Uint64(p) &&
				binary.NativeEndian.Uint16(p[8:]) == flags && binary.NativeEndian.Uint16(p[10:]) >= 3 && id != int(m.root) {
				return id
			}
		}
		t.Fatalf("no page with flags %d", flags)
		return 0
	}
	leaf, branch, free := find(flagLeaf), find(flagBranch), int(m.freelist)
	type edit func(p []byte)
	put16 := func(at int, v uint16) edit { return func(p []byte) { binary.NativeEndian.PutUint16(p[at:], v) } }
	put32 := func(at int, v uint32) edit { return func(p []byte) { binary.NativeEndian.PutUint32(p[at:], v) } }
	put64 := func(at int, v uint64) edit { return func(p []byte) { binary.NativeEndian.PutUint64(p[at:], v) } }
	for name, c := range map[string]struct {
		page int
		edit edit
		text string
	}{
		"number":              {leaf, put64(0, 99), fmt.Sprintf("page %d: it says that it is page 99", leaf)},
		"flags":               {leaf, put16(8, 7), fmt.Sprintf("page %d: neither", leaf)},
		"count":               {leaf, put16(10, 9000), fmt.Sprintf("page %d: 9000 elements do not fit", leaf)},
		"overflow":            {leaf, put32(12, 1<<30), fmt.Sprintf("page %d: 1073741825 pages long", leaf)},
		"overflow by one":     {leaf, put32(12, 1), "twice"},
		"element flags":       {leaf, put32(16, 4), fmt.Sprintf("page %d: element 0 has flags 0x4", leaf)},
		"value becomes trees": {leaf, put32(16, bucketElement), "page "},
		"offset":              {leaf, put32(20, 1<<31), fmt.Sprintf("page %d: element 0 is not within", leaf)},
		"offset in elements":  {leaf, put32(20, 16), fmt.Sprintf("page %d: element 0 is not within", leaf)},
		"key size":            {leaf, put32(24, 1<<31), fmt.Sprintf("page %d: element 0 is not within", leaf)},
		"no key":              {leaf, put32(24, 0), fmt.Sprintf("page %d: element 0 is not within", leaf)},
		"value size":          {leaf, put32(28, 1<<31), fmt.Sprintf("page %d: element 0 is not within", leaf)},
		"child out of file":   {branch, put64(24, 1<<40), "page 1099511627776: not one of the"},
		"child is itself":     {branch, put64(24, uint64(branch)), fmt.Sprintf("page %d: reached twice", branch)},
		"child is meta":       {branch, put64(24, 1), "page 1: not one of"},
		"child twice": {branch, func(p []byte) {
			copy(p[40:48], p[24:32])
		}, "page "},
		"branch empty":       {branch, put16(10, 0), fmt.Sprintf("page %d: a branch without", branch)},
		"free flags":         {free, put16(8, flagLeaf), fmt.Sprintf("page %d: no list of free", free)},
		"free count":         {free, put16(10, 0xFFFF), fmt.Sprintf("page %d: ", free)},
		"free of a used one": {free, put64(16, m.root), fmt.Sprintf("page %d: page %d is free, but in use", free, m.root)},
		"free out of file":   {free, put64(16, 1<<40), "is free, but not one of"},
	} {
		b := bytes.Clone(good)
		c.edit(b[c.page*4096:])
		err := walk(path, bytes.NewReader(b), m)
		if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}
}

// Buckets inside an element of the root are checked too.
func TestWalkLooksIntoInlineBuckets(t *testing.T) {
	path := tapeFile(t, 0)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	m, err := metaOf(path, bytes.NewReader(good), int64(len(good)))
	tapetest.Must(t, err)
	root := int(m.root) * 4096
	inline := bytes.Index(good[root:root+4096], []byte(bucketMeta)) + len(bucketMeta) + bucketHeader
	for at, text := range map[int]string{0: "a bucket in it", 8: "a bucket in it", 10: "a bucket in it", 12: "a bucket in it", 16: "has flags", 20: "not within", 24: "not within", 28: "not within"} {
		b := bytes.Clone(good)
		b[root+inline+at] ^= 0xF0
		err := walk(path, bytes.NewReader(b), m)
		if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), fmt.Sprintf("page %d", m.root)) {
			t.Errorf("byte %d: %v, want %q", at, err, text)
		}
	}
}
