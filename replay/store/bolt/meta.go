package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"

	"github.com/gracy-go/gracy/replay/store"
)

// The form of a page of bbolt, version 2. Sizes are in bytes, and integers in the byte order of the
// machine.
//
//	page  id 8, flags 2, count 2, overflow 4; then its content
//	meta  magic 4, version 4, page size 4, flags 4, root 8, sequence 8,
//	      freelist 8, high-water mark 8, transaction 8, checksum 8
const (
	pageHeader = 16
	metaSize   = 64

	metaNumber  = 0xED0CDAED
	metaVersion = 2

	minPageSize = 1 << 9
	maxPageSize = 1 << 24

	noFreelist = 1<<64 - 1 // the free pages are not stored
)

// meta is the content of a meta page.
type meta struct{ pageSize, root, freelist, high, txid uint64 }

// readMeta reads the meta page at an offset. It returns false if that is not valid.
func readMeta(r io.ReaderAt, at int64) (meta, bool) {
	var page [pageHeader + metaSize]byte
	if n, _ := r.ReadAt(page[:], at); n < len(page) {
		return meta{}, false
	}
	b, e := page[pageHeader:], binary.NativeEndian
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8])
	m := meta{
		pageSize: uint64(e.Uint32(b[8:])), root: e.Uint64(b[16:]), freelist: e.Uint64(b[32:]),
		high: e.Uint64(b[40:]), txid: e.Uint64(b[48:]),
	}
	ok := e.Uint32(b) == metaNumber && e.Uint32(b[4:]) == metaVersion && e.Uint64(b[56:]) == sum.Sum64()
	return m, ok
}

// metaOf returns the current meta page. As in bbolt, that is the valid one of the later
// transaction. The pages that it names are within the file.
func metaOf(path string, r io.ReaderAt, size int64) (meta, error) {
	reject := func(format string, args ...any) (meta, error) {
		return meta{}, &store.FormatError{Path: path, Reason: fmt.Sprintf(format, args...)}
	}
	if size < pageHeader+metaSize {
		return reject("not a tape: too short, %d bytes", size)
	}
	m, ok := readMeta(r, 0)
	if ok {
		if !validPageSize(m.pageSize) {
			return reject("damaged tape: page 0: pages of %d bytes", m.pageSize)
		}
		if b, valid := readMeta(r, int64(m.pageSize)); valid { //nolint:gosec // at most maxPageSize
			if b.pageSize != m.pageSize {
				return reject("damaged tape: page 1: pages of %d bytes, those of page 0 have %d", b.pageSize, m.pageSize)
			}
			if b.txid > m.txid {
				m = b
			}
		}
	}
	for at := uint64(minPageSize); !ok && at <= maxPageSize; at *= 2 {
		// The second meta page is one page after the first, whatever the size of a page.
		m, ok = readMeta(r, int64(at)) //nolint:gosec // at most maxPageSize
		ok = ok && m.pageSize == at
	}
	if !ok {
		return reject("not a tape, or both of its meta pages are damaged")
	}
	switch have := uint64(size) / m.pageSize; { //nolint:gosec // not negative
	case m.high > have:
		return reject("tape is cut off: %d pages of %d bytes where its meta page says %d", have, m.pageSize, m.high)
	case m.root < 2 || m.root >= m.high:
		return reject("damaged tape: meta page: the root is page %d of %d", m.root, m.high)
	case m.freelist != noFreelist && (m.freelist < 2 || m.freelist >= m.high):
		return reject("damaged tape: meta page: the free list is page %d of %d", m.freelist, m.high)
	}
	return m, nil
}

func validPageSize(n uint64) bool { return n >= minPageSize && n <= maxPageSize && n&(n-1) == 0 }
