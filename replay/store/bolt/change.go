package bolt

import (
	"encoding/binary"
	"math"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// A change is a transaction that writes, with the tail of the index as it will be.
type change struct {
	s                    *boltStore
	tx                   *bbolt.Tx
	meta, rec, idx, blob *bbolt.Bucket
	tail                 *tail
	added                [][]byte // keys that are to be in the tail; see settle
	addedLeast           store.ID // no key among them has an ID below it
	first                store.ID // the least ID of a record, or one below it
	mark                 store.ID // the largest ID to whose records the index leads, or led when it was made
	last                 store.ID // the largest ID ever stored
	waits                bool     // the file says that there is a tail
	was                  store.ID // last, as the file says
}

func (s *boltStore) newChange(tx *bbolt.Tx, t *tail) *change {
	c := &change{
		s: s, tx: tx, tail: t, addedLeast: math.MaxUint64, first: math.MaxUint64, meta: bucket(tx, bucketMeta), rec: bucket(tx, bucketRec), idx: bucket(tx, bucketIdx), blob: bucket(tx, bucketBlob),
	}
	// Records come in the order of their IDs, nearly: full pages, not halves.
	c.rec.FillPercent, c.blob.FillPercent = 1, 1
	if k, _ := c.rec.Cursor().First(); len(k) == 8 {
		c.first = store.ID(binary.BigEndian.Uint64(k))
	}
	if b := c.meta.Get([]byte(metaLast)); len(b) == 8 {
		c.last = store.ID(binary.BigEndian.Uint64(b))
	} else if k, _ := c.rec.Cursor().Last(); len(k) == 8 {
		c.last = store.ID(binary.BigEndian.Uint64(k))
	}
	c.was, c.mark = c.last, c.last
	if c.waits = schemaNumber(c.meta.Get([]byte(metaSchema))) == schemaTail; c.waits {
		if b := c.meta.Get([]byte(metaIndexed)); len(b) == 8 {
			c.mark = store.ID(binary.BigEndian.Uint64(b))
		}
	}
	return c
}

// update changes the file: all that fn does or, on an error, nothing.
func (s *boltStore) update(fn func(*change) error) (err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	committing := false
	var old, next tails
	defer func() {
		switch {
		case err == nil:
			s.tails.Store(&next)
		case committing:
			// Whether it is in the file nobody knows.
			_ = s.loadTail()
		}
	}()
	defer catch(s.path, &err)
	defer faultsPanic()()
	err = s.db.Update(func(tx *bbolt.Tx) error {
		old = *s.tails.Load()
		c := s.newChange(tx, old.now)
		if err := fn(c); err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		committing = true
		next = tails{from: tx.ID(), now: c.tail}
		old.coming, old.next = next.from, next.now
		s.tails.Store(&old)
		return nil
	})
	return s.explain(err)
}

// settle puts what was added into the tail.
func (c *change) settle() {
	c.tail = c.tail.with(c.added)
	c.added, c.addedLeast = nil, math.MaxUint64
}

// index returns a walk over the keys of the index and of the tail.
func (c *change) index() seeker {
	c.settle()
	return c.tail.over(c.idx.Cursor())
}

// below returns a walk over the keys of the index, and of the tail if there are keys
// with an ID below one in it, as there are not where one run of a program records.
func (c *change) below(id store.ID) seeker {
	if c.addedLeast < id || c.tail.size > 0 && c.tail.least < id {
		return c.index()
	}
	return c.idx.Cursor()
}

// add adds the key of an exchange that is stored.
func (c *change) add(id store.ID, key []byte) error {
	c.last, c.first = max(c.last, id), min(c.first, id)
	if id > c.mark {
		c.added, c.addedLeast = append(c.added, key), min(c.addedLeast, id)
		return nil
	}
	// Its request began before others whose keys are in the index.
	return c.idx.Put(key, indexValue(key))
}

// drop removes a key.
func (c *change) drop(key []byte) error {
	c.settle()
	rest, had := c.tail.without(key)
	if c.tail = rest; had {
		return nil
	}
	return c.idx.Delete(key)
}

// has reports whether there is a key.
func (c *change) has(key []byte) bool {
	c.settle()
	return c.tail.has(key) || c.idx.Get(key) != nil
}

// merge puts the tail into the index.
func (c *change) merge() error {
	c.settle()
	for _, k := range c.tail.sorted() {
		if err := c.idx.Put(k, indexValue(k)); err != nil {
			return err
		}
	}
	c.tail = &tail{}
	return nil
}

// finish writes what meta says of the tail.
func (c *change) finish() error {
	c.settle()
	if c.tail.size >= tailMost {
		if err := c.merge(); err != nil {
			return err
		}
	}
	if c.last != c.was {
		if err := c.meta.Put([]byte(metaLast), idBytes(c.last)); err != nil {
			return err
		}
	}
	waits := c.tail.size > 0
	if waits == c.waits {
		return nil
	}
	found := uint32(schema)
	if waits {
		found = schemaTail
		if err := c.meta.Put([]byte(metaIndexed), idBytes(c.mark)); err != nil {
			return err
		}
	}
	return c.meta.Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, found))
}
