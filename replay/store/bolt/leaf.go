package bolt

import (
	"bytes"
	"encoding/binary"
)

// leaf walks the elements of a leaf, and the trees of the buckets among them.
func (w *walker) leaf(p page, low, high []byte, depth int) error {
	e := binary.NativeEndian
	type tree struct {
		name string
		root uint64
	}
	var trees []tree
	for i := range p.count {
		at := pageHeader + i*elementSize
		b, err := w.bytes(p, at, elementSize)
		if err != nil {
			return err
		}
		flags, from := e.Uint32(b), at+uint64(e.Uint32(b[4:]))
		size, value := uint64(e.Uint32(b[8:])), uint64(e.Uint32(b[12:]))
		key, err := w.key(p, i, from, size, value)
		if err != nil {
			return err
		}
		if low, err = w.ordered(p, i, low, key, high); err != nil {
			return err
		}
		switch flags {
		case 0:
			if err := w.entry(p, i, key, from+size, value); err != nil {
				return err
			}
		case bucketElement:
			name := string(key)
			root, err := w.bucket(p, i, name, from+size, value)
			if err != nil {
				return err
			}
			if root != 0 {
				trees = append(trees, tree{name, root})
			}
		default:
			return w.damaged(p.id, "element %d has flags %#x", i, flags)
		}
	}
	for _, t := range trees {
		above := w.in
		w.in = t.name
		if err := w.tree(t.root, nil, nil, depth+1); err != nil {
			return err
		}
		w.in = above
	}
	return nil
}

// entry counts the elements of a bucket and checks the values of index entries. Meta is walked
// before the records, since buckets are in the order of their names.
func (w *walker) entry(p page, i uint64, key []byte, at, size uint64) error {
	var value []byte
	if size <= 8 && (w.in == bucketIdx || w.in == bucketMeta) {
		var err error
		if value, err = w.bytes(p, at, size); err != nil {
			return err
		}
	}
	switch w.in {
	case bucketRec:
		if !w.waits || bytes.Compare(key, w.indexed) <= 0 {
			w.records++
		}
	case bucketIdx:
		w.entries++
		if !rightIndex(key, value) {
			return w.damaged(p.id, "element %d, an entry of the index: its checksum is wrong", i)
		}
	case bucketMeta:
		switch string(key) {
		case metaSchema:
			w.waits = schemaNumber(value) == schemaTail
		case metaIndexed:
			w.indexed = bytes.Clone(value)
		}
	}
	return nil
}

// bucket returns the root page of a bucket. It returns 0 for a bucket whose page is inside the
// element, after checking that.
func (w *walker) bucket(p page, i uint64, name string, at, size uint64) (root uint64, err error) {
	if size < bucketHeader {
		return 0, w.damaged(p.id, "element %d, a bucket, has %d bytes", i, size)
	}
	b, err := w.bytes(p, at, size)
	if err != nil {
		return 0, err
	}
	if root = binary.NativeEndian.Uint64(b); root != 0 {
		return root, nil
	}
	if size < bucketHeader+pageHeader {
		return 0, w.damaged(p.id, "element %d, a bucket, has %d bytes", i, size)
	}
	return 0, w.inline(p, name, b[bucketHeader:])
}

// inline checks the page of a bucket inside an element of p. It must be a leaf without buckets.
func (w *walker) inline(p page, name string, b []byte) error {
	e := binary.NativeEndian
	in := page{
		id: p.id, data: b, flags: e.Uint16(b[8:]), count: uint64(e.Uint16(b[10:])), length: uint64(len(b)),
	}
	if in.flags != flagLeaf || e.Uint64(b) != 0 || e.Uint32(b[12:]) != 0 || pageHeader+in.count*elementSize > in.length {
		return w.damaged(p.id, "a bucket in it is damaged")
	}
	above := w.in
	w.in = name
	defer func() { w.in = above }()
	var low []byte
	for i := range in.count {
		at := pageHeader + i*elementSize
		el := b[at : at+elementSize]
		if e.Uint32(el) != 0 {
			return w.damaged(p.id, "element %d of a bucket in it has flags %#x", i, e.Uint32(el))
		}
		from, size, value := at+uint64(e.Uint32(el[4:])), uint64(e.Uint32(el[8:])), uint64(e.Uint32(el[12:]))
		key, err := w.key(in, i, from, size, value)
		if err != nil {
			return err
		}
		if err := w.entry(in, i, key, from+size, value); err != nil {
			return err
		}
		if low, err = w.ordered(in, i, low, key, nil); err != nil {
			return err
		}
	}
	return nil
}

// freelist checks the list of free pages. Each must be in the file, not in use, and listed once.
func (w *walker) freelist() error {
	p, err := w.open(w.meta.freelist, 0)
	if err != nil {
		return err
	}
	if p.flags != flagFreelist {
		return w.damaged(p.id, "no list of free pages: flags %#x", p.flags)
	}
	e := binary.NativeEndian
	from, count := uint64(pageHeader), p.count
	if count == manyInCount {
		b, err := w.bytes(p, from, 8)
		if err != nil {
			return err
		}
		if from, count = from+8, e.Uint64(b); count < manyInCount {
			return w.damaged(p.id, "a list of %d free pages in the form of a long one", count)
		}
	}
	if count > (p.length-from)/8 {
		return w.damaged(p.id, "a list of %d free pages does not fit", count)
	}
	list, err := w.bytes(p, from, count*8)
	if err != nil {
		return err
	}
	for ; len(list) > 0; list = list[8:] {
		id := e.Uint64(list)
		if id < 2 || id >= w.meta.high {
			return w.damaged(p.id, "page %d is free, but not one of the %d pages of the file", id, w.meta.high)
		}
		if !w.mark(id) {
			return w.damaged(p.id, "page %d is free, but in use or listed twice", id)
		}
	}
	return nil
}
