package bolt

import (
	"bytes"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// seeker walks index keys in their order: a cursor of the bucket, or of a list.
type seeker interface {
	Seek(from []byte) (key, value []byte)
	Next() (key, value []byte)
}

// memoryIndex is the index of a tape that is only read and whose keys were made
// anew. It never changes.
type memoryIndex struct {
	recipe string
	keys   [][]byte // sorted
}

// index returns a walk over the index that holds.
func (s *boltStore) index(tx *bbolt.Tx, t *tail) seeker {
	if m := s.memory.Load(); m != nil {
		return &listCursor{keys: m.keys}
	}
	return t.over(bucket(tx, bucketIdx).Cursor())
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

// indexKeys returns the index keys of all records, sorted: a tree takes them in
// linear time then.
func (s *boltStore) indexKeys(tx *bbolt.Tx, key func(*store.Exchange) store.Key) ([][]byte, error) {
	var keys [][]byte
	c := bucket(tx, bucketRec).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		x, _, err := s.decode(k, v)
		if err != nil {
			return nil, err
		}
		keys = append(keys, indexKey(key(x), x.ID))
	}
	slices.SortFunc(keys, bytes.Compare)
	return keys, nil
}

// Reindex of a store that only reads changes memory alone.
func (s *boltStore) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if s.readOnly {
		return s.view(func(tx *bbolt.Tx, _ *tail) error {
			keys, err := s.indexKeys(tx, key)
			if err == nil {
				s.memory.Store(&memoryIndex{recipe, keys})
			}
			return err
		})
	}
	return s.update(func(c *change) error {
		keys, err := s.indexKeys(c.tx, key)
		if err != nil {
			return err
		}
		if err := c.tx.DeleteBucket([]byte(bucketIdx)); err != nil {
			return err
		}
		if c.idx, err = c.tx.CreateBucket([]byte(bucketIdx)); err != nil {
			return err
		}
		c.tail = (&tail{}).with(keys)
		if err := c.merge(); err != nil {
			return err
		}
		return c.meta.Put([]byte(metaRecipe), []byte(recipe))
	})
}
