package bolt

import (
	"bytes"
	"encoding/binary"
)

// A node is a page of a tree with its overflow pages, or the page of a bucket inside an element of
// the list of buckets.
type node struct {
	id     uint64
	data   []byte // to the end of the last page
	branch bool
	count  int
}

// nodeOf reads a header.
func nodeOf(id uint64, data []byte) node {
	e := binary.NativeEndian
	return node{id: id, data: data, branch: e.Uint16(data[8:]) == flagBranch, count: int(e.Uint16(data[10:]))}
}

// at returns the element i of a checked node. A leaf has values, a branch children.
func (n *node) at(i int) (key, value []byte, child uint64) {
	e, at := binary.NativeEndian, pageHeader+i*elementSize
	b := n.data[at : at+elementSize]
	if n.branch {
		from := at + int(e.Uint32(b))
		return n.data[from : from+int(e.Uint32(b[4:]))], nil, e.Uint64(b[8:])
	}
	from := at + int(e.Uint32(b[4:]))
	mid := from + int(e.Uint32(b[8:]))
	end := mid + int(e.Uint32(b[12:]))
	return n.data[from:mid:mid], n.data[mid:end:end], 0
}

// key returns the key of the element i.
func (n *node) key(i int) []byte {
	at := pageHeader + i*elementSize
	b := n.data[at : at+elementSize]
	if !n.branch {
		b = b[4:]
	}
	from := at + int(binary.NativeEndian.Uint32(b))
	return n.data[from:][:binary.NativeEndian.Uint32(b[4:])]
}

// header returns a page with its overflow pages. Only the header is checked.
func (s *state) header(id uint64) ([]byte, error) {
	if id < 2 || id >= s.high {
		return nil, s.outside(id)
	}
	if id == s.root {
		if list := s.list(); list != nil {
			return list, nil
		}
	}
	b := s.data[id*s.page:]
	run, err := s.run(id, b)
	if err != nil {
		return nil, err
	}
	return b[: run*s.page : run*s.page], nil
}

// outside is the error of a number that no page has.
func (s *state) outside(id uint64) error {
	return s.damaged(id, "not one of the %d pages of the file", s.high)
}

// run checks the header of a page, and returns the number of pages that belong together.
func (s *state) run(id uint64, header []byte) (uint64, error) {
	e := binary.NativeEndian
	if own := e.Uint64(header); own != id {
		return 0, s.damaged(id, "it says that it is page %d", own)
	}
	if flags := e.Uint16(header[8:]); flags != flagBranch && flags != flagLeaf {
		return 0, s.damaged(id, "neither a branch nor a leaf: flags %#x", flags)
	}
	run, left := 1+uint64(e.Uint32(header[12:])), s.high-id
	if run > left {
		return 0, s.damaged(id, "%d pages long, %d are left in the file", run, left)
	}
	return run, nil
}

// element returns the key of the element i, and the child if the node is a branch. The node need
// not be checked: ok is false if the element is not within it.
func (n *node) element(i int) (key []byte, child uint64, ok bool) {
	e, at, length := binary.NativeEndian, pageHeader+i*elementSize, uint64(len(n.data))
	if i < 0 || i >= n.count || uint64(at+elementSize) > length { //nolint:gosec // not negative
		return nil, 0, false
	}
	b := n.data[at : at+elementSize]
	child = e.Uint64(b[8:])
	if !n.branch {
		b, child = b[4:], 0
	}
	from := uint64(at) + uint64(e.Uint32(b)) //nolint:gosec // not negative
	end := from + uint64(e.Uint32(b[4:]))
	if end > length {
		return nil, 0, false
	}
	return n.data[from:end], child, true
}

// search returns the index of the first element whose key is not below key, and whether they are
// equal.
func (n *node) search(in sort, key []byte) (at int, found bool) {
	low, high := 0, n.count
	if in == sortRec && n.branch && len(key) == idSize {
		// The keys are adjacent, so that reading one also reads its neighbors.
		e, ids := binary.BigEndian, n.data[pageHeader+n.count*elementSize:][:n.count*idSize]
		want := e.Uint64(key)
		for low < high {
			mid := int(uint(low+high) >> 1) //nolint:gosec // at most twice 65535
			if e.Uint64(ids[mid*idSize:]) < want {
				low = mid + 1
			} else {
				high = mid
			}
		}
		return low, low < n.count && e.Uint64(ids[low*idSize:]) == want
	}
	for low < high {
		mid := int(uint(low+high) >> 1) //nolint:gosec // at most twice 65535
		switch c := bytes.Compare(n.key(mid), key); {
		case c < 0:
			low = mid + 1
		case c == 0:
			return mid, true
		default:
			high = mid
		}
	}
	return low, false
}

// A sort is the kind of content of a bucket.
type sort int

const (
	sortMeta sort = iota
	sortRec
	sortIdx
	sortBlob
	sortRoot // the list of buckets
)

// sortOf returns the sort of a bucket. An unknown bucket is walked like meta.
func sortOf(name string) sort {
	switch name {
	case bucketRec:
		return sortRec
	case bucketIdx:
		return sortIdx
	case bucketBlob:
		return sortBlob
	}
	return sortMeta
}

// fits reports whether a bucket of this sort may have such an element.
func (s sort) fits(key, value []byte, flags uint32) bool {
	switch s {
	case sortRoot:
		return flags == bucketElement && len(value) >= bucketHeader
	case sortRec:
		return flags == 0 && len(key) == idSize
	case sortBlob:
		return flags == 0 && len(key) == 12
	case sortIdx:
		return flags == 0 && rightIndex(key, value)
	case sortMeta:
	}
	return flags == 0
}

// form returns what is wrong with the form of a node, or "", and where. It relies only on the
// header. bbolt writes elements without a gap, so a wrong number of elements or bytes is noticed.
// length is that of the pages by the header, high the number of the first page after the file.
func (n *node) form(in sort, length, high uint64) (text string, element int) {
	e, count := binary.NativeEndian, uint64(n.count) //nolint:gosec // 16 bits
	next := pageHeader + count*elementSize
	if next > length {
		return "its elements do not fit", n.count
	}
	if n.branch && count == 0 {
		return "a branch without elements", 0
	}
	for i := range count {
		at := pageHeader + i*elementSize
		b := n.data[at : at+elementSize]
		if n.branch {
			if child := e.Uint64(b[8:]); child < 2 || child >= high {
				return "it leads out of the file", int(i) //nolint:gosec // 16 bits
			}
		} else {
			b = b[4:]
		}
		size, value := uint64(e.Uint32(b[4:])), uint64(0)
		if !n.branch {
			value = uint64(e.Uint32(b[8:]))
		}
		if at+uint64(e.Uint32(b)) != next || size == 0 || n.branch && in == sortRec && size != idSize || next+size+value > length {
			return "an element is not where it belongs", int(i) //nolint:gosec // 16 bits
		}
		next += size + value
	}
	return "", int(next) //nolint:gosec // within the file
}

// content returns what is wrong with the keys and values of a node whose form is right, or "".
func (n *node) content(in sort) (text string, element int) {
	var before []byte
	for i := range n.count {
		key, value, _ := n.at(i)
		if i > 0 && bytes.Compare(before, key) >= 0 {
			return "an element is out of order", i
		}
		if before = key; !n.branch && !in.fits(key, value, n.flags(i)) {
			return "an element is not of the bucket, or its checksum is wrong", i
		}
	}
	return "", 0
}

// neighbors reports whether the two entries of an index leaf around the place of a key are
// undamaged: the one that search has returned and the one before it. If they are, the key is
// nowhere else, whatever the other entries are, since search has compared it with these two. summed
// is false if that is unknown, because entries of earlier builds have no checksum.
func (n *node) neighbors(at int) (right, summed bool) {
	summed = true
	for i := max(at-1, 0); i <= at && i < n.count; i++ {
		key, value, _ := n.at(i)
		if !sortIdx.fits(key, value, n.flags(i)) {
			return false, true
		}
		summed = summed && len(value) > 1
	}
	return true, summed
}

// idSize is the length of the key of a record.
const idSize = 8

// flags returns the flags of the element i of a leaf.
func (n *node) flags(i int) uint32 {
	return binary.NativeEndian.Uint32(n.data[pageHeader+i*elementSize:])
}

// fetch makes the processor load a page. Most index leaves of a long tape are in no cache, and a
// search would wait for a dozen cache lines one after the other. Requested together, they arrive in
// a third of that time.
//
//go:noinline
func fetch(page []byte) (sum byte) {
	const line = 64 // the bytes of a cache line
	for i := 0; i < len(page); i += line {
		sum += page[i]
	}
	return sum // so that the compiler keeps the loop
}
