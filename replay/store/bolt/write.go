package bolt

import (
	"bytes"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

func (s *boltStore) Append(batch []store.Entry) error {
	return s.update(func(tx *bbolt.Tx) error {
		for _, e := range batch {
			if e.Replace > 0 {
				if err := removeBelow(tx, e.Key, e.Replace); err != nil {
					return err
				}
			}
			if err := put(tx, e.Exchange); err != nil {
				return err
			}
			if e.MissingBody() > 0 {
				if err := finishParts(tx, e.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func put(tx *bbolt.Tx, x *store.Exchange) error {
	id := idBytes(x.ID)
	b, err := encode(tx, id, x)
	if err != nil {
		return err
	}
	rec := bucket(tx, bucketRec)
	if err := rec.Put(id, b); err != nil {
		return err
	}
	if last, _ := rec.Cursor().Last(); bytes.Equal(last, id) {
		if err := bucket(tx, bucketMeta).Put([]byte(metaLast), id); err != nil {
			return err
		}
	}
	k := indexKey(x.Key, x.ID)
	return bucket(tx, bucketIdx).Put(k, indexValue(k))
}

// encode returns the record of x, after it has put a long body into its parts.
func encode(tx *bbolt.Tx, id []byte, x *store.Exchange) ([]byte, error) {
	marshal := x.MarshalBinary
	if x.Response != nil && len(x.Response.Body) >= blobFrom {
		if err := putBody(tx, id, x.Response.Body); err != nil {
			return nil, err
		}
		marshal = x.MarshalWithoutBody
	}
	b, err := marshal()
	if err != nil {
		return nil, err
	}
	return sealRecord(id, b), nil
}

// removeBelow removes the exchanges of a request, whoever made it, below an ID.
func removeBelow(tx *bbolt.Tx, key store.Key, below store.ID) error {
	var old [][]byte
	prefix := requestPrefix(key)
	c := bucket(tx, bucketIdx).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); {
		if idOf(k) < below {
			old = append(old, bytes.Clone(k))
			k, _ = c.Next()
		} else {
			k, _ = c.Seek(append(bytes.Clone(k[:len(k)-8]), maxID...)) // the next identity
		}
	}
	for _, k := range old {
		if err := remove(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// remove removes an exchange by its index key.
func remove(tx *bbolt.Tx, index []byte) error {
	id := idBytes(idOf(index))
	if err := bucket(tx, bucketIdx).Delete(index); err != nil {
		return err
	}
	if err := bucket(tx, bucketRec).Delete(id); err != nil {
		return err
	}
	return removeParts(tx, id)
}

func (s *boltStore) Delete(ids ...store.ID) error {
	return s.update(func(tx *bbolt.Tx) error {
		for _, id := range ids {
			b := bucket(tx, bucketRec).Get(idBytes(id))
			if b == nil {
				if err := dropParts(tx, id); err != nil {
					return err
				}
				continue
			}
			x, _, err := s.decode(idBytes(id), b)
			if err != nil {
				return err
			}
			if err := remove(tx, indexed(tx, x.Key, id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// indexed finds the index key of an exchange, also after Reindex.
func indexed(tx *bbolt.Tx, key store.Key, id store.ID) []byte {
	k := indexKey(key, id)
	if bucket(tx, bucketIdx).Get(k) != nil {
		return k
	}
	prefix := methodPrefix(key)
	c := bucket(tx, bucketIdx).Cursor()
	for i, _ := c.Seek(prefix); bytes.HasPrefix(i, prefix); i, _ = c.Next() {
		if idOf(i) == id {
			return bytes.Clone(i)
		}
	}
	return k
}
