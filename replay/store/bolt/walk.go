package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gracy-go/gracy/replay/store"
)

const (
	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10

	elementSize   = 16 // of a branch: offset 4, key 4, page 8; of a leaf: flags 4, offset 4, key 4, value 4
	bucketElement = 0x01
	bucketHeader  = 16 // root 8, sequence 8; with root 0 the page follows

	manyInCount = 0xFFFF // as the count of a free list, it means that the true count precedes the list
	maxDepth    = 64     // a tree of 2^64 pages is not deeper
)

// A walker reads every page that bbolt can reach, since bbolt follows a page wherever it leads.
// Each page must be in the file and be reached once, and its header must have its number and say
// what it is. Its elements must lie within it, in the order of their keys. The walker reads only
// the values of the index, and every record needs an entry in it. It takes the time of reading the
// pages once, and one bit of memory for each.
type walker struct {
	r    io.ReaderAt
	path string
	meta meta
	seen []uint64 // a bit for each page that was reached
	bufs [][]byte // a buffer of one page for each depth

	in               string // the bucket that is walked, "" for the list of buckets
	records, entries uint64 // elements of rec and idx, without those in the tail
	waits            bool   // whether the file says that there is a tail of the index,
	indexed          []byte // which is the records with an ID above this one
}

// page is the first page of a run, with the content of its header.
type page struct {
	id     uint64
	data   []byte // only of the first page
	flags  uint16
	count  uint64
	length uint64 // the bytes of the whole run
	base   int64  // its offset in the file
}

func newWalker(path string, r io.ReaderAt, m meta) *walker {
	return &walker{r: r, path: path, meta: m, seen: make([]uint64, m.high/64+1)}
}

// walk returns an error that names the first damaged page.
func walk(path string, r io.ReaderAt, m meta) error {
	w := newWalker(path, r, m)
	if err := w.tree(m.root, nil, nil, 0); err != nil {
		return err
	}
	if w.records > w.entries {
		return w.damaged(m.root, "the index leads to %d of %d records", w.entries, w.records)
	}
	if m.freelist == noFreelist {
		return nil
	}
	return w.freelist()
}

func (w *walker) damaged(id uint64, format string, args ...any) error {
	return &store.FormatError{Path: w.path, Reason: fmt.Sprintf("damaged tape: page %d: ", id) + fmt.Sprintf(format, args...)}
}

// mark records that a page was reached. It returns false if it was reached before.
func (w *walker) mark(id uint64) bool {
	word, bit := id/64, uint64(1)<<(id%64)
	if w.seen[word]&bit != 0 {
		return false
	}
	w.seen[word] |= bit
	return true
}

// open reads the first page of a run and marks all of its pages.
func (w *walker) open(id uint64, depth int) (page, error) {
	if id < 2 || id >= w.meta.high {
		return page{}, w.damaged(id, "not one of the %d pages of the file", w.meta.high)
	}
	if depth >= maxDepth {
		return page{}, w.damaged(id, "%d levels deep", depth)
	}
	for len(w.bufs) <= depth {
		w.bufs = append(w.bufs, make([]byte, w.meta.pageSize))
	}
	p := page{id: id, data: w.bufs[depth], base: int64(id * w.meta.pageSize)} //nolint:gosec // within the file
	if _, err := w.r.ReadAt(p.data, p.base); err != nil {
		return page{}, fmt.Errorf("replay: tape %s: page %d: %w", w.path, id, err)
	}
	e := binary.NativeEndian
	p.flags, p.count = e.Uint16(p.data[8:]), uint64(e.Uint16(p.data[10:]))
	if own := e.Uint64(p.data); own != id {
		return page{}, w.damaged(id, "it says that it is page %d", own)
	}
	run := 1 + uint64(e.Uint32(p.data[12:]))
	if run > w.meta.high-id {
		return page{}, w.damaged(id, "%d pages long, %d are left in the file", run, w.meta.high-id)
	}
	p.length = run * w.meta.pageSize
	for i := range run {
		if !w.mark(id + i) {
			return page{}, w.damaged(id+i, "reached twice")
		}
	}
	return p, nil
}

// bytes returns n bytes at an offset that lies within a run.
func (w *walker) bytes(p page, at, n uint64) ([]byte, error) {
	if at+n <= uint64(len(p.data)) {
		return p.data[at : at+n], nil
	}
	b := make([]byte, n)
	if _, err := w.r.ReadAt(b, p.base+int64(at)); err != nil { //nolint:gosec // within the file
		return nil, fmt.Errorf("replay: tape %s: page %d: %w", w.path, p.id, err)
	}
	return b, nil
}

// tree walks a page and those below it. Their keys must not be below low and must be below high.
// nil is no bound.
func (w *walker) tree(id uint64, low, high []byte, depth int) error {
	p, err := w.open(id, depth)
	if err != nil {
		return err
	}
	switch {
	case p.flags != flagBranch && p.flags != flagLeaf:
		return w.damaged(id, "neither a branch nor a leaf: flags %#x", p.flags)
	case pageHeader+p.count*elementSize > p.length:
		return w.damaged(id, "%d elements do not fit", p.count)
	case p.flags == flagLeaf:
		return w.leaf(p, low, high, depth)
	case p.count == 0:
		return w.damaged(id, "a branch without elements")
	}
	children := make([]child, p.count)
	for i := range children {
		if children[i], err = w.child(p, uint64(i)); err != nil {
			return err
		}
		if low, err = w.ordered(p, uint64(i), low, children[i].key, high); err != nil {
			return err
		}
	}
	for i, c := range children {
		end := high
		if i+1 < len(children) {
			end = children[i+1].key
		}
		if err := w.tree(c.id, c.key, end, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// ordered checks that a key comes after before, which for the first key is the least that the page
// may have. It returns the key, to be passed in next.
func (w *walker) ordered(p page, i uint64, before, key, high []byte) ([]byte, error) {
	c := bytes.Compare(before, key)
	if c > 0 || c == 0 && i > 0 || high != nil && bytes.Compare(key, high) >= 0 {
		return nil, w.damaged(p.id, "element %d is out of order", i)
	}
	return key, nil
}

// child is an element of a branch.
type child struct {
	key []byte
	id  uint64
}

func (w *walker) child(p page, i uint64) (child, error) {
	at := pageHeader + i*elementSize
	b, err := w.bytes(p, at, elementSize)
	if err != nil {
		return child{}, err
	}
	e := binary.NativeEndian
	id := e.Uint64(b[8:])
	key, err := w.key(p, i, at+uint64(e.Uint32(b)), uint64(e.Uint32(b[4:])), 0)
	return child{bytes.Clone(key), id}, err
}

// key returns the key of an element. It checks that key and value are after the elements and within
// the run.
func (w *walker) key(p page, i, at, size, value uint64) ([]byte, error) {
	if size == 0 || at < pageHeader+p.count*elementSize || at+size+value > p.length {
		return nil, w.damaged(p.id, "element %d is not within the page", i)
	}
	return w.bytes(p, at, size)
}
