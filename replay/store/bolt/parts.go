package bolt

import (
	"bytes"
	"encoding/binary"

	"github.com/gracy-go/gracy/replay/store"
)

// A body in parts is in its bucket under the ID of its exchange and the number of the part. Until
// the exchange is appended, its ID is in the bucket meta. So what a dead process has left is found
// without a walk over all parts.

func partKey(id []byte, number int) []byte {
	return binary.BigEndian.AppendUint32(bytes.Clone(id), uint32(number)) //nolint:gosec // 2^32 parts are 2^50 bytes
}

func unfinishedKey(id store.ID) []byte { return append([]byte(metaParts), idBytes(id)...) }

func (s *boltStore) AppendParts(parts []store.Part) error {
	return s.update(func(c *change) error {
		for _, p := range parts {
			if p.Number == 0 {
				if err := c.meta.Put(unfinishedKey(p.ID), nil); err != nil {
					return err
				}
			}
			k := partKey(idBytes(p.ID), p.Number)
			if err := c.putPart(k, p.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *boltStore) Part(id store.ID, number int) (part []byte, err error) {
	err = s.view(func(r *reading) error {
		k := partKey(idBytes(id), number)
		v, err := r.get(bucketBlob, k)
		if v == nil {
			return err
		}
		// Only a tape of an earlier build has records and parts without checksums.
		b, err := r.get(bucketRec, idBytes(id))
		if err != nil {
			return err
		}
		v, err = s.openPart(k, v, len(b) == 0 || b[0] == summedRecord)
		part = bytes.Clone(v)
		return err
	})
	return part, err
}

// openPart returns the bytes of a part. It compares the checksum if there is one.
func (s *boltStore) openPart(k, v []byte, summed bool) ([]byte, error) {
	if !summed {
		return v, nil
	}
	v, ok := openPart(k, v)
	if !ok {
		return nil, s.damaged("the checksum of a part of a body is wrong")
	}
	return v, nil
}

// wholeBody returns the body of an exchange.
func (s *state) wholeBody(id []byte, summed bool) (body []byte, err error) {
	blob, err := s.bucket(bucketBlob)
	if err != nil {
		return nil, err
	}
	c := blob.cursor()
	for k, v := c.Seek(id); bytes.HasPrefix(k, id); k, v = c.Next() {
		if v, err = s.s.openPart(k, v, summed); err != nil {
			return nil, err
		}
		body = append(body, v...)
	}
	return body, c.err
}

func (c *change) putPart(key, data []byte) error {
	c.parts = append(c.parts, key)
	if err := c.prove(&c.provenBlob, key); err != nil {
		return err
	}
	return c.blob.Put(key, sealPart(key, data))
}

// putBody stores a body in parts.
func (c *change) putBody(id, body []byte) error {
	for number := 0; len(body) > 0; number++ {
		n := min(len(body), store.PartSize)
		k := partKey(id, number)
		if err := c.putPart(k, body[:n]); err != nil {
			return err
		}
		body = body[n:]
	}
	return nil
}

// finishParts records that the exchange of some parts was appended.
func (c *change) finishParts(id store.ID) error {
	return c.meta.Delete(unfinishedKey(id))
}

// dropParts removes the parts of an exchange that was never appended.
func (c *change) dropParts(id store.ID) error {
	if err := c.removeParts(idBytes(id)); err != nil {
		return err
	}
	return c.finishParts(id)
}

func (c *change) removeParts(id []byte) error {
	var parts [][]byte
	for _, k := range c.parts {
		if bytes.HasPrefix(k, id) {
			parts = append(parts, k)
		}
	}
	blob, err := c.base.bucket(bucketBlob)
	if err != nil {
		return err
	}
	walk := blob.cursor()
	for k, _ := walk.Seek(id); bytes.HasPrefix(k, id); k, _ = walk.Next() {
		parts = append(parts, bytes.Clone(k))
	}
	if walk.err != nil || len(parts) == 0 {
		return walk.err
	}
	if err := c.whole(); err != nil {
		return err
	}
	for _, k := range parts {
		if err := c.blob.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// sweepParts removes the parts of exchanges that a dead process did not finish.
func (s *boltStore) sweepParts() error {
	var left []store.ID
	prefix := []byte(metaParts)
	err := s.view(func(r *reading) error {
		meta, err := r.bucket(bucketMeta)
		if err != nil {
			return err
		}
		c := meta.cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if id := k[len(prefix):]; len(id) == 8 {
				left = append(left, store.ID(binary.BigEndian.Uint64(id)))
			}
		}
		return c.err
	})
	for _, id := range left {
		if err == nil {
			err = s.update(func(c *change) error { return c.dropParts(id) })
		}
	}
	return err
}
