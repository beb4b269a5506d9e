package bolt

import (
	"bytes"
	"slices"

	"github.com/gracy-go/gracy/replay/store"
)

// seeker walks index keys in their order: a cursor of the bucket, or of a list.
type seeker interface {
	Seek(from []byte) (key, value []byte)
	Next() (key, value []byte)
	Err() error // why the walk ended early
}

// memoryIndex is the index of a read-only tape after a Reindex. It never changes.
type memoryIndex struct {
	recipe string
	keys   [][]byte // sorted
}

// index returns a walk over the current index.
func (s *reading) index() (seeker, error) {
	if m := s.s.memory.Load(); m != nil {
		return &listCursor{keys: m.keys}, nil
	}
	idx, err := s.bucket(bucketIdx)
	if err != nil {
		return nil, err
	}
	return s.tail.over(idx.cursor()), nil
}

// firstKey returns the first key of the current index that is not below from. from may be on the
// stack.
func (s *reading) firstKey(from []byte) ([]byte, error) {
	if s.s.memory.Load() == nil && s.tail.size == 0 {
		idx, err := s.bucket(bucketIdx)
		if err != nil {
			return nil, err
		}
		k, _, err := idx.seek(from)
		return k, err
	}
	c, err := s.index()
	if err != nil {
		return nil, err
	}
	k, _ := c.Seek(bytes.Clone(from))
	return k, c.Err()
}

// listCursor walks a sorted list.
type listCursor struct {
	keys [][]byte
	next int
}

func (c *listCursor) Seek(from []byte) (key, value []byte) {
	c.next, _ = slices.BinarySearchFunc(c.keys, from, bytes.Compare)
	return c.Next()
}

func (c *listCursor) Next() (key, value []byte) {
	if c.next >= len(c.keys) {
		return nil, nil
	}
	c.next++
	return c.keys[c.next-1], nil
}

func (c *listCursor) Err() error { return nil }

// indexKeys returns the index keys of the records above an ID. They are sorted, since a tree takes
// sorted keys in linear time.
func (s *state) indexKeys(after store.ID, key func(*store.Exchange) store.Key) ([][]byte, error) {
	rec, err := s.bucket(bucketRec)
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	c := rec.cursor()
	for k, v := c.Seek(idBytes(after + 1)); k != nil; k, v = c.Next() {
		x, _, err := s.s.decode(k, v, false)
		if err != nil {
			return nil, err
		}
		keys = append(keys, indexKey(key(x), x.ID))
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys, c.err
}

// Reindex of a store that only reads changes memory alone.
func (s *boltStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if s.readOnly {
		return s.view(func(r *reading) error {
			keys, err := r.indexKeys(0, key)
			if err == nil {
				s.memory.Store(&memoryIndex{recipe, keys})
			}
			return err
		})
	}
	return s.update(func(c *change) error {
		keys, err := c.base.indexKeys(0, key)
		if err == nil {
			err = c.whole() // the pages of the old index are freed
		}
		if err != nil {
			return err
		}
		if err := c.tx.DeleteBucket([]byte(bucketIdx)); err != nil {
			return err
		}
		if c.idx, err = c.tx.CreateBucket([]byte(bucketIdx)); err != nil {
			return err
		}
		c.provenIdx.all, c.tail = true, (&tail{}).with(keys)
		if err := c.merge(); err != nil {
			return err
		}
		return c.meta.Put([]byte(metaRecipe), []byte(recipe))
	})
}
