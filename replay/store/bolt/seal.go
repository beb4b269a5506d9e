package bolt

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// A page is checked when it is reached, and compared with what its parent says about it. The roots
// of the buckets have no parent. So each transaction seals them with a checksum of meta and of the
// first and last key of each bucket, to which another page of the bucket would not lead. The seal
// starts with the number of the transaction: an earlier build does not know seals and leaves an old
// one, and then the whole file is checked.

// sealOf returns the seal of a state.
func sealOf(state int, ends [][]byte, meta func(yield func(k, v []byte))) []byte {
	var sum uint32
	for _, k := range ends {
		sum = checksum(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, sum), uint32(len(k))), k) //nolint:gosec // at most 32 KiB
	}
	meta(func(k, v []byte) {
		if string(k) != metaSeal {
			sum = checksum(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, sum), uint32(len(k))), append(bytes.Clone(k), v...)) //nolint:gosec // at most 32 KiB
		}
	})
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, uint64(state)), sum) //nolint:gosec // not negative
}

// seal seals the result of a change.
func (c *change) seal() error {
	var ends [][]byte
	for _, b := range []*bbolt.Bucket{c.rec, c.idx, c.blob} {
		first, _ := b.Cursor().First()
		last, _ := b.Cursor().Last()
		ends = append(ends, first, last)
	}
	return c.meta.Put([]byte(metaSeal), sealOf(c.tx.ID(), ends, func(yield func(k, v []byte)) {
		_ = c.meta.ForEach(func(k, v []byte) error { yield(k, v); return nil })
	}))
}

// sealed reports whether a state has a seal. meta is its bucket of that name. A wrong seal is an
// error.
func (s *state) sealed(number int, meta tree) (bool, error) {
	var ends [][]byte
	page := make([]byte, s.page)
	for _, name := range []string{bucketRec, bucketIdx, bucketBlob} {
		t, err := s.bucket(name)
		if err != nil {
			return false, err
		}
		first, last, err := t.ends(page)
		if err != nil {
			return false, err
		}
		ends = append(ends, first, last)
	}
	var own []byte
	c := meta.cursor()
	want := sealOf(number, ends, func(yield func(k, v []byte)) {
		for k, v := c.Seek(nil); k != nil; k, v = c.Next() {
			if yield(k, v); string(k) == metaSeal {
				own = v
			}
		}
	})
	if c.err != nil || len(own) != len(want) || !bytes.Equal(own[:8], want[:8]) {
		return false, c.err
	}
	if !bytes.Equal(own, want) {
		return false, s.s.damaged("the ends of its buckets, or what it says of itself, are not those that were written")
	}
	return true, nil
}

// read is header, but reads a single page from the file. Reading mapped pages also brings in those
// around them, and most of these pages are far from others.
func (s *state) read(id uint64, page []byte) (node, error) {
	if id < 2 || id >= s.high {
		return node{}, s.outside(id)
	}
	if _, err := s.s.file.ReadAt(page, int64(id*s.page)); err != nil { //nolint:gosec // within the file
		return node{}, err
	}
	run, err := s.run(id, page)
	if err == nil && run > 1 {
		page, err = s.header(id)
	}
	return nodeOf(id, page), err
}

// ends returns the first and the last key of a tree, nil if there is none. A page has the first key
// of what is below it, so the root has that of the tree. The pages that lead to the last are not
// checked, since the seal confirms it. page has the size of one.
func (t tree) ends(page []byte) (first, last []byte, err error) {
	n, id := t.inline, t.root
	for range maxDepth {
		if t.root != 0 { // else it is a leaf
			n, err = t.state.read(id, page)
		}
		if err != nil || n.count == 0 && !n.branch {
			return nil, nil, err
		}
		key, _, ok := n.element(0)
		end, child, also := n.element(n.count - 1)
		if !ok || !also {
			return nil, nil, t.state.damaged(id, "the first or the last of %d elements is not within the page", n.count)
		}
		if id == t.root {
			first = bytes.Clone(key)
		}
		if !n.branch {
			return first, bytes.Clone(end), nil
		}
		id = child
	}
	return nil, nil, t.state.damaged(id, "%d levels deep", maxDepth)
}
