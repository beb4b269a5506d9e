package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

const (
	maxID    = "\xff\xff\xff\xff\xff\xff\xff\xff\xff" // above every ID
	scanPage = 64                                     // exchanges that Scan reads in one transaction
)

func (s *boltStore) Find(key store.Key, after store.ID) (x *store.Exchange, err error) {
	err = s.view(func(tx *bbolt.Tx, t *tail) error {
		prefix := sumPrefix(key)
		k, _ := s.index(tx, t).Seek(append(bytes.Clone(prefix), idBytes(after+1)...))
		if !bytes.HasPrefix(k, prefix) {
			return nil
		}
		x, err = s.load(tx, k)
		return err
	})
	return x, err
}

// load reads the exchange that an index key leads to.
func (s *boltStore) load(tx *bbolt.Tx, index []byte) (*store.Exchange, error) {
	id := idBytes(idOf(index))
	x, err := s.record(tx, id, bucket(tx, bucketRec).Get(id))
	if err == nil {
		copy(x.Key.Sum[:], index[len(index)-8-sha256.Size:])
	}
	return x, err
}

// record decodes an exchange and adds the body that is kept in parts, unless it is long.
func (s *boltStore) record(tx *bbolt.Tx, id, b []byte) (*store.Exchange, error) {
	if b == nil {
		return nil, s.damaged("an index entry leads nowhere")
	}
	x, summed, err := s.decode(id, b)
	if err != nil {
		return nil, err
	}
	if n := x.MissingBody(); n > 0 && n < longBody {
		body, err := s.wholeBody(tx, id, summed)
		if err != nil {
			return nil, err
		}
		if err := x.RestoreBody(body); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// decode decodes an exchange without the body that is kept in parts, which have
// checksums if summed.
func (s *boltStore) decode(id, b []byte) (x *store.Exchange, summed bool, err error) {
	encoded, summed, ok := openRecord(id, b)
	if !ok {
		return nil, false, s.damaged("the checksum of a record is wrong")
	}
	x = &store.Exchange{}
	if err := x.UnmarshalBinary(encoded); err != nil {
		return nil, false, err
	}
	if len(id) == 8 && x.ID != store.ID(binary.BigEndian.Uint64(id)) {
		return nil, false, s.damaged("a record has the ID of another")
	}
	return x, summed, nil
}

func (s *boltStore) Near(key store.Key, n int) (near []*store.Exchange, err error) {
	err = s.view(func(tx *bbolt.Tx, t *tail) error {
		host := hostPrefix(key)
		path := pathPrefix(key)
		c := s.index(tx, t)
		// walk takes one exchange of each key: a seek leaps over the rest, and
		// over the keys that begin with skip.
		walk := func(prefix, skip []byte) error {
			k, _ := c.Seek(prefix)
			for len(near) < n && bytes.HasPrefix(k, prefix) {
				if skip != nil && bytes.HasPrefix(k, skip) {
					k, _ = c.Seek(behind(skip))
					continue
				}
				x, err := s.load(tx, k)
				if err != nil {
					return err
				}
				near = append(near, x)
				k, _ = c.Seek(append(bytes.Clone(k[:len(k)-8]), maxID...))
			}
			return nil
		}
		same := requestPrefix(key)
		if err := walk(same, nil); err != nil {
			return err
		}
		if err := walk(path, same); err != nil {
			return err
		}
		return walk(host, path)
	})
	return near, err
}

func (s *boltStore) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for {
			// One page in a transaction: a long one keeps pages from being used again.
			page := make([]*store.Exchange, 0, scanPage)
			err := s.view(func(tx *bbolt.Tx, _ *tail) error {
				c := bucket(tx, bucketRec).Cursor()
				for k, v := c.Seek(idBytes(after + 1)); k != nil && len(page) < scanPage; k, v = c.Next() {
					x, err := s.record(tx, k, v)
					if err != nil {
						return err
					}
					page = append(page, x)
				}
				return nil
			})
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
				after = x.ID
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) < scanPage {
				return
			}
		}
	}
}

func (s *boltStore) Last() (id store.ID, err error) {
	err = s.view(func(tx *bbolt.Tx, _ *tail) error {
		if b := bucket(tx, bucketMeta).Get([]byte(metaLast)); len(b) == 8 {
			id = store.ID(binary.BigEndian.Uint64(b))
		}
		return nil
	})
	return id, err
}

func (s *boltStore) Recipe() (recipe string, err error) {
	if m := s.memory.Load(); m != nil {
		return m.recipe, nil
	}
	err = s.view(func(tx *bbolt.Tx, _ *tail) error {
		recipe = string(bucket(tx, bucketMeta).Get([]byte(metaRecipe)))
		return nil
	})
	return recipe, err
}
