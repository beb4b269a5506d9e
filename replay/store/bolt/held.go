package bolt

import (
	"sync"

	"go.etcd.io/bbolt"
)

// held is the state of a file that is opened for reading, which nobody can change while it is open.
// Its transaction is kept, since starting one for each read takes a seventh of the time of a read.
// The zero held has no state.
type held struct {
	mu      sync.RWMutex // guards the fields below, for reading while the state is read
	reading *reading     // nil before hold and after letGo
	tx      *bbolt.Tx
}

// hold keeps the current state of a store's file.
func (h *held) hold(s *boltStore) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	tx, err := s.db.Begin(false)
	if err != nil {
		return s.explain(err)
	}
	h.tx, h.reading = tx, &reading{s.stateOf(tx), s.tails.Load().now}
	h.reading.tx = tx.ID()
	return nil
}

// read calls fn with the state. It reports whether there is one.
func (h *held) read(fn func(*reading) error) (is bool, err error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.reading == nil {
		return false, nil
	}
	return true, fn(h.reading)
}

// letGo ends the transaction. It waits for the reads in progress, because they use the mapped file.
func (h *held) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reading != nil {
		_ = h.tx.Rollback() // it fails only if the transaction is over
		h.reading, h.tx = nil, nil
	}
}
