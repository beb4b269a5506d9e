package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"go.etcd.io/bbolt"
)

// A state is the file as a read transaction sees it, or as it was when a write transaction started.
// It follows the pages itself and checks each when it is first reached. bbolt would follow a page
// wherever it leads.
type state struct {
	s    *boltStore
	data []byte // the pages of the file, valid until the transaction ends
	page uint64 // the bytes of a page
	high uint64 // the number of pages
	root uint64
	tx   int // the ID of the transaction if it only reads, or 0
}

// roots has the pages of two buckets, and the list of buckets, for readers in the transaction with
// this ID. In a tape that is only read they never change.
type roots struct {
	tx       int
	rec, idx uint64 // pages, 0 if unknown
	list     []byte // a copy of the page, nil if unknown
}

// of returns the field for the page of a bucket, nil if it has none.
func (r *roots) of(name string) *uint64 {
	switch name {
	case bucketRec:
		return &r.rec
	case bucketIdx:
		return &r.idx
	}
	return nil
}

func (s *boltStore) stateOf(tx *bbolt.Tx) state {
	info := tx.DB().Info()
	base := *(*unsafe.Pointer)(unsafe.Pointer(&info.Data)) //nolint:gosec // the address of a mapping
	size, page := uint64(tx.Size()), uint64(info.PageSize) //nolint:gosec // not negative
	return state{
		s: s, data: unsafe.Slice((*byte)(base), size), page: page, high: size / page,
		root: uint64(tx.Cursor().Bucket().Root()),
	}
}

func (s *state) damaged(id uint64, format string, args ...any) error {
	return s.s.damaged(fmt.Sprintf("page %d: ", id) + fmt.Sprintf(format, args...))
}

// node returns a page that is reached. first is its first key, or nil if unknown. It is compared
// each time, since it ties a page to its parent. If all is false, only the form of a leaf is
// checked.
func (s *state) node(id uint64, in sort, first []byte, all bool) (node, error) {
	b, err := s.header(id)
	if err != nil {
		return node{}, err
	}
	n := nodeOf(id, b)
	all = all || n.branch
	if in == sortIdx && !n.branch {
		fetch(n.data[:s.page])
	}
	if form, content := s.s.checked.needs(id, all); form {
		length := uint64(len(n.data))
		text, at := n.form(in, length, s.high)
		if text == "" && uint64(at) <= length-s.page { //nolint:gosec // not negative
			return node{}, s.damaged(id, "%d pages long where %d bytes are used", length/s.page, at)
		}
		if text == "" && content {
			text, at = n.content(in)
		}
		if text != "" {
			return node{}, s.damaged(id, "element %d of %d: %s", at, n.count, text)
		}
		s.s.checked.add(id, all)
	}
	if first != nil && (n.count == 0 || !bytes.Equal(n.key(0), first)) {
		return node{}, s.damaged(id, "it is not the one that belongs there")
	}
	return n, nil
}

// A tree is a bucket of a state.
type tree struct {
	state  *state
	in     sort
	root   uint64 // 0 for a bucket inside the list of buckets
	inline node
}

// errNoBucket is the error of a database that is not a tape, or damaged.
var errNoBucket = errors.New("a bucket is missing")

// bucket returns a bucket.
func (s *state) bucket(name string) (tree, error) {
	known := s.s.roots.Load()
	if known != nil && known.tx == s.tx {
		if root := known.of(name); root != nil && *root != 0 {
			return tree{state: s, in: sortOf(name), root: *root}, nil
		}
	}
	k, v, err := tree{state: s, in: sortRoot, root: s.root}.seek([]byte(name))
	switch {
	case err != nil:
		return tree{}, err
	case string(k) != name:
		return tree{}, fmt.Errorf("%w: %s", errNoBucket, name)
	}
	t := tree{state: s, in: sortOf(name), root: binary.NativeEndian.Uint64(v)}
	if t.root != 0 {
		s.keepRoot(known, name, t.root)
		return t, nil
	}
	id, b := s.root, v[bucketHeader:]
	e := binary.NativeEndian
	if len(b) < pageHeader || e.Uint64(b) != 0 || e.Uint16(b[8:]) != flagLeaf || e.Uint32(b[12:]) != 0 {
		return tree{}, s.damaged(id, "a bucket in it is damaged")
	}
	t.inline = nodeOf(id, b)
	text, at := t.inline.form(t.in, uint64(len(b)), 0)
	if text == "" && at != len(b) {
		text = "it is not the last"
	}
	if text == "" {
		text, at = t.inline.content(t.in)
	}
	if text != "" {
		return tree{}, s.damaged(id, "a bucket in it: element %d of %d: %s", at, t.inline.count, text)
	}
	return t, nil
}

// readList copies the page of the list of buckets, if it is a single one. To reach the first mapped
// page takes longer than all else that opens a tape does, and so does to unmap it.
func (s *state) readList() {
	page := make([]byte, s.page)
	if n, err := s.read(s.root, page); err == nil && uint64(len(n.data)) == s.page {
		s.s.roots.Store(&roots{tx: s.tx, list: page})
	}
}

// list returns the page that readList has copied, or nil.
func (s *state) list() []byte {
	if known := s.s.roots.Load(); known != nil && s.tx != 0 && known.tx == s.tx {
		return known.list
	}
	return nil
}

// keepRoot adds the page of a bucket to the known ones.
func (s *state) keepRoot(known *roots, name string, root uint64) {
	r := &roots{tx: s.tx}
	if known != nil && known.tx == s.tx {
		*r = *known
	}
	if at := r.of(name); at != nil && s.tx != 0 {
		*at = root
		s.s.roots.Store(r)
	}
}

// get returns a value of a bucket, or nil.
func (s *state) get(name string, key []byte) ([]byte, error) {
	t, err := s.bucket(name)
	if err != nil {
		return nil, err
	}
	return t.get(key)
}

// get returns the value of a key, or nil.
func (t tree) get(key []byte) ([]byte, error) {
	k, v, err := t.seek(key)
	if err != nil || !bytes.Equal(k, key) {
		return nil, err
	}
	return v, nil
}

// seek returns the first element whose key is not below key. It checks no more of the leaf than it
// needs, since on a long tape most leaves are reached once.
func (t tree) seek(key []byte) (k, v []byte, err error) {
	id, first := t.root, []byte(nil)
	for range maxDepth {
		n, err := t.glance(id, first)
		if err != nil {
			return nil, nil, err
		}
		at, found := n.search(t.in, key)
		if !n.branch {
			if err := t.stands(&n, first, at, found); err != nil {
				return nil, nil, err
			}
			if at < n.count {
				k, v, _ = n.at(at)
				return k, v, nil
			}
			break
		}
		if !found && at > 0 {
			at--
		}
		first, _, id = n.at(at)
	}
	// It is in the next leaf, if there is one.
	c := t.cursor()
	k, v = c.Seek(key)
	return k, v, c.err
}

// stands checks that a key was searched for in the right place of a leaf from glance. If that does
// not follow from the neighbors, it checks the whole leaf.
func (t tree) stands(n *node, first []byte, at int, found bool) error {
	var shows bool
	switch t.in {
	case sortIdx:
		var right bool
		if right, shows = n.neighbors(at); !right {
			return t.state.damaged(n.id, "element %d of %d, or the one in front of it: its checksum is wrong", at, n.count)
		}
	case sortRec:
		shows = found // a record has its own checksum
	case sortMeta, sortBlob, sortRoot:
		shows = true // glance has checked everything
	}
	if shows || t.root == 0 {
		return nil
	}
	_, err := t.node(n.id, first)
	return err
}

// node returns a checked page of the tree.
func (t tree) node(id uint64, first []byte) (node, error) {
	if id == 0 {
		return t.inline, nil
	}
	return t.state.node(id, t.in, first, true)
}

// glance is node, but checks only the form of a leaf of records or of the index.
func (t tree) glance(id uint64, first []byte) (node, error) {
	if id == 0 {
		return t.inline, nil
	}
	return t.state.node(id, t.in, first, t.in != sortIdx && t.in != sortRec)
}

// bounds checks the pages on the way to a key. It returns the bounds of the keys that lead to the
// last page.
func (t tree) bounds(key []byte) (low, high []byte, err error) {
	id, first := t.root, []byte(nil)
	for range maxDepth {
		n, err := t.node(id, first)
		if err != nil || !n.branch {
			return low, high, err
		}
		at, found := n.search(t.in, key)
		if !found && at > 0 {
			at--
		}
		if at > 0 {
			low = n.key(at)
		}
		if at+1 < n.count {
			high = n.key(at + 1)
		}
		first, _, id = n.at(at)
	}
	return nil, nil, t.state.damaged(id, "more than %d levels deep", maxDepth)
}

// few reports whether a tree has at most that many leaves.
func (t tree) few(most int) (bool, error) {
	n, err := t.node(t.root, nil)
	if err != nil || !n.branch {
		return most > 0, err
	}
	if n.count > most {
		return false, nil
	}
	first, _, id := n.at(0)
	n, err = t.node(id, first)
	return !n.branch, err
}
