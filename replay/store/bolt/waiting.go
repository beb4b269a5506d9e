package bolt

import (
	"encoding/binary"
	"errors"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// Append puts the keys of new exchanges into the tail of the index, so that only the exchanges are
// synced. While there is a tail, meta has the ID above which the index does not lead to the
// records, and a schema that earlier builds do not read. A full tail is moved into the index, and
// so is any tail by Close. After a crash the tail is made anew from the records.

// tails holds the tail for a state of the file. A state is identified by the number of its
// transaction, so that a read sees the state and the tail of the same Append.
type tails struct {
	from   int // the first state with the tail now
	now    *tail
	err    error // why there is no tail
	open   bool  // whether the file is not sealed
	coming int   // the state with the tail next, once it is committed; 0 for none
	next   *tail
}

// errStale is returned for a read that began before the state of the tail.
var errStale = errors.New("an earlier state")

// at returns the tail of a state of the file.
func (t *tails) at(state int) (*tail, error) {
	switch {
	case t.err != nil:
		return nil, t.err
	case t.coming > 0 && state >= t.coming:
		return t.next, nil
	case state >= t.from:
		return t.now, nil
	}
	return nil, errStale
}

// waiting returns the index keys of the records that the index does not lead to.
func (s *state) waiting() (*tail, error) {
	found, err := s.get(bucketMeta, []byte(metaSchema))
	if err != nil || schemaNumber(found) != schemaTail {
		return &tail{}, err
	}
	mark, err := s.get(bucketMeta, []byte(metaIndexed))
	if err != nil {
		return nil, err
	}
	if len(mark) != 8 {
		return nil, s.s.damaged("it does not say which records wait for the index")
	}
	keys, err := s.indexKeys(store.ID(binary.BigEndian.Uint64(mark)), func(x *store.Exchange) store.Key { return x.Key })
	if err != nil {
		return nil, err
	}
	return (&tail{}).with(keys), nil
}

// loadTail makes the tail anew from the file. If it cannot, all reads fail, since they would miss
// the keys that wait.
func (s *boltStore) loadTail() (err error) {
	defer func() {
		if err != nil {
			s.tails.Store(&tails{err: err})
		}
	}()
	defer catch(s.path, &err)
	defer debug.SetPanicOnFault(faultsPanic())
	return s.explain(s.db.View(func(tx *bbolt.Tx) error {
		state := s.stateOf(tx)
		state.tx = tx.ID()
		t, err := state.waiting()
		if err == nil {
			s.tails.Store(&tails{from: tx.ID(), now: t})
		}
		return err
	}))
}

func schemaNumber(b []byte) int {
	if len(b) == 4 {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}
