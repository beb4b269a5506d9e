package bolt

import (
	"bytes"
	"encoding/binary"
	"math"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// A change is a write transaction. It searches the state at its start, and the tails. bbolt gets a
// key only after the pages on the way to it were checked.
type change struct {
	s                                *boltStore
	tx                               *bbolt.Tx
	base                             *state
	meta, rec, idx, blob             *bbolt.Bucket
	provenRec, provenIdx, provenBlob proven

	tail       *tail    // of the index, as it will be
	added      [][]byte // keys to be merged into tail: see mergeAdded
	addedLeast store.ID // no key among them has an ID below it
	late       *tail    // keys that go into the index at once
	entries    int      // the bytes of the entries that were put into the index
	parts      [][]byte // keys of parts that were put
	records    []byte   // the buffer of records that is being filled
	full       [][]byte // those that were filled
	first      store.ID // the least ID of a record, or one below it
	last, was  store.ID // the largest ID ever stored, and its value in the file
	mark       store.ID // the index led to all records up to this ID when the tail was begun
	waits      bool     // whether the file says that there is a tail
	removes    bool     // whether the ends of the buckets are unknown until it is committed
}

func newChange(s *boltStore, tx *bbolt.Tx, t *tail) (*change, error) {
	base := s.stateOf(tx)
	c := &change{s: s, tx: tx, base: &base, tail: t, late: &tail{}, addedLeast: math.MaxUint64, first: math.MaxUint64}
	meta := make(map[string][]byte)
	for _, b := range []struct {
		name   string
		to     **bbolt.Bucket
		proven *proven
	}{{bucketMeta, &c.meta, nil}, {bucketRec, &c.rec, &c.provenRec}, {bucketIdx, &c.idx, &c.provenIdx}, {bucketBlob, &c.blob, &c.provenBlob}} {
		t, err := base.bucket(b.name)
		if err != nil {
			return nil, err
		}
		walk := t.cursor()
		if b.proven == nil {
			for k, v := walk.Seek(nil); k != nil; k, v = walk.Next() {
				meta[string(k)] = v
			}
		} else {
			b.proven.tree = t
			first := walk.end(false)
			last := walk.end(true)
			if b.name == bucketRec && len(first) == 8 {
				c.first, c.last = store.ID(binary.BigEndian.Uint64(first)), store.ID(binary.BigEndian.Uint64(last))
			}
		}
		if walk.err != nil {
			return nil, walk.err
		}
		*b.to = bucket(tx, b.name)
	}
	// Records come nearly in the order of their IDs, so pages are filled completely.
	c.rec.FillPercent, c.blob.FillPercent = 1, 1
	if b := meta[metaLast]; len(b) == 8 {
		c.was = store.ID(binary.BigEndian.Uint64(b))
	}
	c.last = max(c.last, c.was)
	c.mark = c.last
	if c.waits = schemaNumber(meta[metaSchema]) == schemaTail; c.waits && len(meta[metaIndexed]) == 8 {
		c.mark = store.ID(binary.BigEndian.Uint64(meta[metaIndexed]))
	}
	return c, nil
}

// update runs fn in a change. It commits all of it or, on an error, nothing.
func (s *boltStore) update(fn func(*change) error) (err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	committing := false
	var next tails
	defer func() {
		switch {
		case err == nil:
			s.tails.Store(&next)
		case committing:
			_ = s.loadTail() // it may be in the file or not
		}
	}()
	defer catch(s.path, &err)
	defer debug.SetPanicOnFault(faultsPanic())
	err = s.db.Update(func(tx *bbolt.Tx) error {
		now := *s.tails.Load()
		if now.err != nil {
			return now.err
		}
		c, err := newChange(s, tx, now.now)
		if err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		committing, s.grown = true, true
		s.spare.keep(append(c.full, c.records))
		next = tails{from: tx.ID(), now: c.tail, open: c.removes}
		now.coming, now.next = next.from, next.now
		s.tails.Store(&now)
		return nil
	})
	return s.explain(err)
}

// add adds the key of an exchange that is stored.
func (c *change) add(id store.ID, key []byte) {
	c.last, c.first = max(c.last, id), min(c.first, id)
	if id > c.mark {
		c.added, c.addedLeast = append(c.added, key), min(c.addedLeast, id)
		return
	}
	// Its request began before others whose keys are in the index, and a tail holds only IDs
	// above those.
	c.late = c.late.with([][]byte{key})
}

// mergeAdded merges what was added into the tail.
func (c *change) mergeAdded() {
	c.tail = c.tail.with(c.added)
	c.added, c.addedLeast = nil, math.MaxUint64
}

// index returns a walk over the keys of the index and of the tail. It still has the keys that the
// change removes from the index.
func (c *change) index() (seeker, error) {
	c.mergeAdded()
	idx, err := c.base.bucket(bucketIdx)
	if err != nil {
		return nil, err
	}
	return c.late.over(c.tail.over(idx.cursor())), nil
}

// below returns a walk over the keys of the index, and of the tail if that has keys with an ID
// below one. It has none if only one run of a program records.
func (c *change) below(id store.ID) (seeker, error) {
	if c.addedLeast < id || c.tail.size > 0 && c.tail.least < id || c.late.size > 0 {
		return c.index()
	}
	idx, err := c.base.bucket(bucketIdx)
	if err != nil {
		return nil, err
	}
	return idx.cursor(), nil
}

// drop removes a key.
func (c *change) drop(key []byte) error {
	c.mergeAdded()
	var had, late bool
	c.tail, had = c.tail.without(key)
	c.late, late = c.late.without(key)
	if had || late {
		return nil
	}
	return c.idx.Delete(key)
}

// merge moves the tail into the index.
func (c *change) merge() error {
	c.mergeAdded()
	t := c.tail
	c.tail = &tail{}
	return c.putKeys(t)
}

func (c *change) putKeys(t *tail) error {
	for _, k := range t.sorted() {
		if err := c.prove(&c.provenIdx, k); err != nil {
			return err
		}
		v := indexValue(k)
		if err := c.idx.Put(k, v); err != nil {
			return err
		}
		c.entries += elementSize + len(k) + len(v)
	}
	c.idx.FillPercent = c.fill()
	return nil
}

// fill returns how full the pages of the index should be when they are split. If many keys go
// between two existing ones, as with numbered paths, later keys hardly go to such a page, and half
// of it would stay empty. If few do, more will come, and a full page would be split again each
// time.
func (c *change) fill() float64 {
	if uint64(c.entries) >= uint64(c.provenIdx.reached)*c.base.page/2 { //nolint:gosec // not negative
		return 1
	}
	return bbolt.DefaultFillPercent
}

// finish writes meta.
func (c *change) finish() error {
	c.mergeAdded()
	err := c.putKeys(c.late)
	if err == nil && c.tail.size > 0 {
		var few bool
		if few, err = c.provenIdx.tree.few(c.s.direct); err == nil && (few || c.tail.size >= c.s.most) {
			err = c.merge()
		}
	}
	if err == nil && c.last != c.was {
		err = c.meta.Put([]byte(metaLast), idBytes(c.last))
	}
	if waits := c.tail.size > 0; err == nil && waits != c.waits {
		found := uint32(schema)
		if waits {
			found = schemaTail
			err = c.meta.Put([]byte(metaIndexed), idBytes(c.mark))
		}
		if err == nil {
			err = c.meta.Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, found))
		}
	}
	if err != nil {
		return err
	}
	if c.removes {
		return nil // the next change seals, at the latest in Close
	}
	return c.seal()
}

// proven is the range of keys of a bucket that lead to a checked page.
type proven struct {
	tree      tree
	low, high []byte // nil for no bound
	some, all bool
	reached   int // how often a new page was reached
}

// prove checks the pages on the way to a key.
func (c *change) prove(p *proven, key []byte) error {
	if p.all || p.some && bytes.Compare(p.low, key) <= 0 && (p.high == nil || bytes.Compare(key, p.high) < 0) {
		return nil
	}
	var err error
	p.low, p.high, err = p.tree.bounds(key)
	p.some = err == nil
	p.reached++
	return err
}

// whole checks every page before something is removed, once for each open file. bbolt may look at
// any neighbor of a page that it has changed.
func (c *change) whole() error {
	c.removes = true
	if c.s.walked {
		return nil
	}
	err := checkFile(c.s.path, c.s.file)
	c.s.walked = err == nil
	return err
}
