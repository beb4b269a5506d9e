package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"math"

	"github.com/gracy-go/gracy/replay/store"
)

const (
	lastID   = store.ID(math.MaxUint64)               // the ID above it would be 0
	maxID    = "\xff\xff\xff\xff\xff\xff\xff\xff\xff" // above every ID
	scanPage = 64                                     // the most exchanges that Scan reads in one transaction
)

func (s *boltStore) Find(key store.Key, after store.ID) (x *store.Exchange, err error) {
	err = s.view(func(r *reading) error {
		x, err = r.find(&key, after, false)
		return err
	})
	return x, err
}

// FindOutcome is Find, but returns only what [store.Exchange.UnmarshalOutcome] decodes of the
// exchange.
func (s *boltStore) FindOutcome(key store.Key, after store.ID) (x *store.Exchange, err error) {
	err = s.view(func(r *reading) error {
		x, err = r.find(&key, after, true)
		return err
	})
	return x, err
}

// Outcome returns what FindOutcome does of the exchange with an ID, which the index has under key.
func (s *boltStore) Outcome(key store.Key, id store.ID) (x *store.Exchange, err error) {
	err = s.view(func(r *reading) error {
		x, err = r.exchange(key.Sum[:], idBytes(id), true)
		return err
	})
	return x, err
}

func (s *reading) find(key *store.Key, after store.ID, outcome bool) (*store.Exchange, error) {
	if after == lastID {
		return nil, nil
	}
	var room [256]byte // on the stack, enough for most keys
	from := appendIndexKey(room[:0], key, after+1)
	prefix := from[:len(from)-8]
	k, err := s.firstKey(from)
	if !bytes.HasPrefix(k, prefix) || err != nil {
		return nil, err
	}
	return s.load(k, outcome)
}

const leadsNowhere = "an index entry leads nowhere"

// load reads the exchange of an index key, or its outcome.
func (s *state) load(index []byte, outcome bool) (*store.Exchange, error) {
	if idOf(index) == 0 {
		return nil, s.s.damaged(leadsNowhere)
	}
	end := len(index) - idSize
	return s.exchange(index[end-sha256.Size:end], index[end:], outcome)
}

// exchange reads the exchange with an ID, or its outcome. sum is that of its key in the index.
func (s *state) exchange(sum, id []byte, outcome bool) (*store.Exchange, error) {
	b, err := s.get(bucketRec, id)
	if err != nil {
		return nil, err
	}
	x, err := s.record(id, b, outcome)
	if err == nil {
		copy(x.Key.Sum[:], sum)
	}
	return x, err
}

// record decodes an exchange. It adds a body that is kept in parts, unless the body is long.
func (s *state) record(id, b []byte, outcome bool) (*store.Exchange, error) {
	if b == nil {
		return nil, s.s.damaged(leadsNowhere)
	}
	x, summed, err := s.s.decode(id, b, outcome)
	if err != nil {
		return nil, err
	}
	if n := x.MissingBody(); n > 0 && n < longBody {
		body, err := s.wholeBody(id, summed)
		if err != nil {
			return nil, err
		}
		if err := x.RestoreBody(body); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// decode decodes an exchange without a body that is kept in parts. summed is whether the parts have
// checksums.
func (s *boltStore) decode(id, b []byte, outcome bool) (x *store.Exchange, summed bool, err error) {
	encoded, summed, ok := openRecord(id, b)
	if !ok {
		return nil, false, s.damaged("the checksum of a record is wrong")
	}
	x = &store.Exchange{}
	if outcome {
		err = x.UnmarshalOutcome(encoded)
	} else {
		err = x.UnmarshalBinary(encoded)
	}
	if err != nil {
		return nil, false, err
	}
	if len(id) == 8 && x.ID != store.ID(binary.BigEndian.Uint64(id)) {
		return nil, false, s.damaged("a record has the ID of another")
	}
	return x, summed, nil
}

func (s *boltStore) Near(key store.Key, n int) (near []*store.Exchange, err error) {
	err = s.view(func(r *reading) error {
		host := hostPrefix(key)
		path := pathPrefix(key)
		c, err := r.index()
		if err != nil {
			return err
		}
		// walk takes one exchange of each key. A seek skips the rest, and the keys that start with
		// skip.
		walk := func(prefix, skip []byte) error {
			k, _ := c.Seek(prefix)
			for len(near) < n && bytes.HasPrefix(k, prefix) {
				if skip != nil && bytes.HasPrefix(k, skip) {
					k, _ = c.Seek(behind(skip))
					continue
				}
				x, err := r.load(k, false)
				if err != nil {
					return err
				}
				near = append(near, x)
				k, _ = c.Seek(append(bytes.Clone(k[:len(k)-8]), maxID...))
			}
			return c.Err()
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
		at := after // the sequence may be ranged over again
		// The first page has one exchange, so that it comes soon.
		for n := 1; at < lastID; n = min(8*n, scanPage) {
			// Each page has its own transaction, since a long one keeps bbolt from reusing pages.
			page := make([]*store.Exchange, 0, n)
			err := s.view(func(r *reading) error {
				rec, err := r.bucket(bucketRec)
				if err != nil {
					return err
				}
				c := rec.cursor()
				for k, v := c.Seek(idBytes(at + 1)); k != nil && len(page) < n; k, v = c.Next() {
					x, err := r.record(k, v, false)
					if err != nil {
						return err
					}
					page = append(page, x)
				}
				return c.err
			})
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
				at = x.ID
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) < n {
				return
			}
		}
	}
}

func (s *boltStore) Last() (id store.ID, err error) {
	err = s.view(func(r *reading) error {
		b, err := r.get(bucketMeta, []byte(metaLast))
		if len(b) == 8 {
			id = store.ID(binary.BigEndian.Uint64(b))
		}
		return err
	})
	return id, err
}

func (s *boltStore) Recipe() (recipe string, err error) {
	if m := s.memory.Load(); m != nil {
		return m.recipe, nil
	}
	err = s.view(func(r *reading) error {
		b, err := r.get(bucketMeta, []byte(metaRecipe))
		recipe = string(b)
		return err
	})
	return recipe, err
}
