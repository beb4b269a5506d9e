package bolt

import (
	"bytes"
	"encoding/binary"

	"github.com/gracy-go/gracy/replay/store"
)

func (s *boltStore) Append(batch []store.Entry) error {
	return s.update(func(c *change) error {
		for _, e := range batch {
			if e.Replace > 0 {
				if err := c.removeBelow(e.Key, e.Replace); err != nil {
					return err
				}
			}
			if err := c.put(e.Exchange); err != nil {
				return err
			}
			if e.MissingBody() > 0 {
				if err := c.finishParts(e.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (c *change) put(x *store.Exchange) error {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(x.ID))
	b, err := c.encode(id[:], x)
	if err != nil {
		return err
	}
	if err := c.prove(&c.provenRec, id[:]); err != nil {
		return err
	}
	if err := c.rec.Put(id[:], b); err != nil {
		return err
	}
	c.add(x.ID, indexKey(x.Key, x.ID))
	return nil
}

// Records are encoded into one buffer, since bbolt keeps them until the end of the change and
// copies them then. The next change uses the buffer again.
const (
	recordsRoom = 256 << 10 // the size of a buffer
	recordRoom  = 4 << 10   // the space that must be left in it
	mostSpare   = 8         // the most buffers that are kept: a burst of recordings fills a few of them
)

// room makes room for a record in the buffer.
func (c *change) room() {
	if cap(c.records)-len(c.records) >= recordRoom {
		return
	}
	if c.records != nil {
		c.full = append(c.full, c.records)
	}
	c.records = c.s.spare.take()
}

// buffers are empty buffers for records.
type buffers [][]byte

// take returns one of them, or a new one.
func (b *buffers) take() []byte {
	last := len(*b) - 1
	if last < 0 {
		return make([]byte, 0, recordsRoom)
	}
	taken := (*b)[last]
	*b = (*b)[:last]
	return taken
}

// keep adds what a change has filled, except what a long record has made longer.
func (b *buffers) keep(filled [][]byte) {
	for _, f := range filled {
		if cap(f) == recordsRoom && len(*b) < mostSpare {
			*b = append(*b, f[:0])
		}
	}
}

// encode returns the record of x. It stores a long body in parts first.
func (c *change) encode(id []byte, x *store.Exchange) ([]byte, error) {
	encode := x.AppendBinary
	if x.Response != nil && len(x.Response.Body) >= blobFrom {
		if err := c.putBody(id, x.Response.Body); err != nil {
			return nil, err
		}
		encode = x.AppendWithoutBody
	}
	c.room()
	from := len(c.records)
	b, err := appendRecord(c.records, id, encode)
	if err != nil {
		return nil, err
	}
	c.records = b
	return b[from:], nil
}

// removeBelow removes the exchanges of a request, whoever made it, below an ID.
func (c *change) removeBelow(key store.Key, below store.ID) error {
	if c.first >= below {
		return nil
	}
	var old [][]byte
	prefix := requestPrefix(key)
	walk, err := c.below(below)
	if err != nil {
		return err
	}
	for k, _ := walk.Seek(prefix); bytes.HasPrefix(k, prefix); {
		if idOf(k) < below {
			old = append(old, bytes.Clone(k))
			k, _ = walk.Next()
		} else {
			k, _ = walk.Seek(append(bytes.Clone(k[:len(k)-8]), maxID...)) // the next identity
		}
	}
	if walk.Err() != nil {
		return walk.Err()
	}
	for _, k := range old {
		if err := c.remove(k); err != nil {
			return err
		}
	}
	return nil
}

// remove removes an exchange by its index key.
func (c *change) remove(index []byte) error {
	id := idBytes(idOf(index))
	if err := c.whole(); err != nil {
		return err
	}
	if err := c.drop(index); err != nil {
		return err
	}
	if err := c.rec.Delete(id); err != nil {
		return err
	}
	return c.removeParts(id)
}

func (s *boltStore) Delete(ids ...store.ID) error {
	return s.update(func(c *change) error {
		for _, id := range ids {
			b, err := c.base.get(bucketRec, idBytes(id))
			if err != nil {
				return err
			}
			if b == nil {
				if err := c.dropParts(id); err != nil {
					return err
				}
				continue
			}
			x, _, err := s.decode(idBytes(id), b, false)
			if err != nil {
				return err
			}
			k, err := c.indexed(x.Key, id)
			if err != nil {
				return err
			}
			if err := c.remove(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// indexed finds the index key of an exchange, even after Reindex.
func (c *change) indexed(key store.Key, id store.ID) ([]byte, error) {
	k := indexKey(key, id)
	walk, err := c.index()
	if err != nil {
		return nil, err
	}
	if i, _ := walk.Seek(k); bytes.Equal(i, k) || walk.Err() != nil {
		return k, walk.Err()
	}
	prefix := methodPrefix(key)
	for i, _ := walk.Seek(prefix); bytes.HasPrefix(i, prefix); i, _ = walk.Next() {
		if idOf(i) == id {
			return bytes.Clone(i), nil
		}
	}
	return k, walk.Err()
}
