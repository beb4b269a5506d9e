package bolt

import (
	"encoding/binary"
	"errors"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// Append puts the keys of new exchanges into the tail of the index, so that what is
// synced is the exchanges alone. While there is a tail, meta says above which ID the
// records are that the index does not lead to, and the schema is one that earlier builds
// do not read. A tail that is full is put into the index, and so is every tail by Close.
// After a crash it is made anew from the records.

// tails is the tail that belongs to a state of the file. The state is known by the
// number of its transaction, so that a read sees both as they were after the same Append.
type tails struct {
	from   int // the first state that has now
	now    *tail
	coming int // the state that has next, once it is committed; 0 for none
	next   *tail
}

// errStale says that a read began before the state that the tail is of.
var errStale = errors.New("an earlier state")

// tailAt returns the tail of a state of the file.
func (s *boltStore) tailAt(state int) (*tail, error) {
	t := s.tails.Load()
	switch {
	case t.coming > 0 && state >= t.coming:
		return t.next, nil
	case state >= t.from:
		return t.now, nil
	}
	return nil, errStale
}

// waiting returns the index keys of the records that the index does not lead to.
func (s *boltStore) waiting(tx *bbolt.Tx) (*tail, error) {
	meta := bucket(tx, bucketMeta)
	if schemaNumber(meta.Get([]byte(metaSchema))) != schemaTail {
		return &tail{}, nil
	}
	mark := meta.Get([]byte(metaIndexed))
	if len(mark) != 8 {
		return nil, s.damaged("up to which ID there is an index is not said")
	}
	var keys [][]byte
	c := bucket(tx, bucketRec).Cursor()
	for k, v := c.Seek(idBytes(store.ID(binary.BigEndian.Uint64(mark) + 1))); k != nil; k, v = c.Next() {
		x, _, err := s.decode(k, v)
		if err != nil {
			return nil, err
		}
		keys = append(keys, indexKey(x.Key, x.ID))
	}
	return (&tail{}).with(keys), nil
}

// loadTail makes the tail anew from the file.
func (s *boltStore) loadTail() error {
	s.tails.Store(&tails{now: &tail{}})
	return s.view(func(tx *bbolt.Tx, _ *tail) error {
		t, err := s.waiting(tx)
		if err == nil {
			s.tails.Store(&tails{from: tx.ID(), now: t})
		}
		return err
	})
}

func schemaNumber(b []byte) int {
	if len(b) == 4 {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}
