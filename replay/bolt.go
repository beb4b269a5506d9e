package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// boltStore is schema 1 of a tape in bbolt. Integers are big-endian, so that
// the order of bytes is the order of numbers.
//
//	meta  magic, schema, recipe
//	rec   ID -> encoded exchange
//	idx   host 0 path 0 METHOD 0 sum(32) ID(8) -> 1; a path is cut at 200
//	      bytes and 8 of its hash
//	blob  ID part(4) -> 256 KiB of a response body of 64 KiB or more
//
// What rec says of the sum is where the exchange was indexed first; idx holds.
type boltStore struct {
	db   *bbolt.DB
	path string
}

const (
	bucketMeta = "meta"
	bucketRec  = "rec"
	bucketIdx  = "idx"
	bucketBlob = "blob"

	metaMagic  = "magic"
	metaSchema = "schema"
	metaRecipe = "recipe"
	metaLast   = "last"

	maxID = "\xff\xff\xff\xff\xff\xff\xff\xff\xff" // above every ID
)

const (
	magic    = "gracy tape"
	schema   = 1
	blobFrom = 64 << 10
	blobPart = 256 << 10
	scanPage = 64
)

func (s *boltStore) Append(batch []Entry) error {
	return s.update(func(tx *bbolt.Tx) error {
		for _, e := range batch {
			if e.Replace > 0 {
				if err := s.replace(tx, e.Key, e.Replace); err != nil {
					return err
				}
			}
			if err := s.put(tx, e.Exchange); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *boltStore) put(tx *bbolt.Tx, x *Exchange) error {
	id := idBytes(x.ID)
	if r := x.Response; r != nil && len(r.Body) >= blobFrom {
		blob := bucket(tx, bucketBlob)
		for part, rest := uint32(0), r.Body; len(rest) > 0; part++ {
			n := min(len(rest), blobPart)
			if err := blob.Put(binary.BigEndian.AppendUint32(bytes.Clone(id), part), rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		head, body := *x, *r
		body.Body = nil
		head.Response, head.blob = &body, int64(len(r.Body))
		x = &head
	}
	b, err := x.MarshalBinary()
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
	return bucket(tx, bucketIdx).Put(indexKey(x.Key, x.ID), []byte{1})
}

// replace removes the exchanges of a key below an ID.
func (s *boltStore) replace(tx *bbolt.Tx, key Key, below ID) error {
	var old [][]byte
	prefix := sumPrefix(key)
	c := bucket(tx, bucketIdx).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix) && idOf(k) < below; k, _ = c.Next() {
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := drop(tx, k); err != nil {
			return err
		}
	}
	return nil
}

// drop removes an exchange by its index key.
func drop(tx *bbolt.Tx, index []byte) error {
	id := idBytes(idOf(index))
	if err := bucket(tx, bucketIdx).Delete(index); err != nil {
		return err
	}
	if err := bucket(tx, bucketRec).Delete(id); err != nil {
		return err
	}
	blob := bucket(tx, bucketBlob)
	var parts [][]byte
	c := blob.Cursor()
	for k, _ := c.Seek(id); bytes.HasPrefix(k, id); k, _ = c.Next() {
		parts = append(parts, bytes.Clone(k))
	}
	for _, k := range parts {
		if err := blob.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

func (s *boltStore) Find(key Key, after ID) (x *Exchange, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		prefix := sumPrefix(key)
		k, _ := bucket(tx, bucketIdx).Cursor().Seek(append(bytes.Clone(prefix), idBytes(after+1)...))
		if !bytes.HasPrefix(k, prefix) {
			return nil
		}
		x, err = s.load(tx, k)
		return err
	})
	return x, err
}

// load reads the exchange that an index key leads to.
func (s *boltStore) load(tx *bbolt.Tx, index []byte) (*Exchange, error) {
	id := idBytes(idOf(index))
	x, err := s.record(tx, id, bucket(tx, bucketRec).Get(id))
	if err == nil {
		copy(x.Key.Sum[:], index[len(index)-8-sha256.Size:])
	}
	return x, err
}

func (s *boltStore) record(tx *bbolt.Tx, id, b []byte) (*Exchange, error) {
	if b == nil {
		return nil, s.damaged("an index entry leads nowhere")
	}
	x := &Exchange{}
	if err := x.UnmarshalBinary(b); err != nil {
		if fe := (*FormatError)(nil); errors.As(err, &fe) {
			fe.Path = s.path
		}
		return nil, err
	}
	if x.blob > 0 && x.Response != nil {
		var body []byte
		c := bucket(tx, bucketBlob).Cursor()
		for k, v := c.Seek(id); bytes.HasPrefix(k, id); k, v = c.Next() {
			body = append(body, v...)
		}
		if int64(len(body)) != x.blob {
			return nil, s.damaged(fmt.Sprintf("a body has %d bytes of %d", len(body), x.blob))
		}
		x.Response.Body, x.blob = body, 0
	}
	return x, nil
}

func (s *boltStore) Delete(ids ...ID) error {
	return s.update(func(tx *bbolt.Tx) error {
		for _, id := range ids {
			b := bucket(tx, bucketRec).Get(idBytes(id))
			if b == nil {
				continue
			}
			var x Exchange
			if err := x.UnmarshalBinary(b); err != nil {
				return err
			}
			if err := drop(tx, indexed(tx, x.Key, id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// indexed finds the index key of an exchange, also after Reindex.
func indexed(tx *bbolt.Tx, key Key, id ID) []byte {
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

func (s *boltStore) Last() (id ID, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if b := bucket(tx, bucketMeta).Get([]byte(metaLast)); len(b) == 8 {
			id = ID(binary.BigEndian.Uint64(b))
		}
		return nil
	})
	return id, err
}

func (s *boltStore) Recipe() (recipe string, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		recipe = string(bucket(tx, bucketMeta).Get([]byte(metaRecipe)))
		return nil
	})
	return recipe, err
}

func (s *boltStore) Reindex(recipe string, key func(*Exchange) Key) error {
	return s.update(func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket([]byte(bucketIdx)); err != nil {
			return err
		}
		idx, err := tx.CreateBucket([]byte(bucketIdx))
		if err != nil {
			return err
		}
		c := bucket(tx, bucketRec).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var x Exchange
			if err := x.UnmarshalBinary(v); err != nil {
				return err
			}
			if err := idx.Put(indexKey(key(&x), x.ID), []byte{1}); err != nil {
				return err
			}
		}
		return bucket(tx, bucketMeta).Put([]byte(metaRecipe), []byte(recipe))
	})
}

func (s *boltStore) Close() error { return s.db.Close() }

func bucket(tx *bbolt.Tx, name string) *bbolt.Bucket { return tx.Bucket([]byte(name)) }
