package bolt

import (
	"sync"

	"go.etcd.io/bbolt"
)

// held is the only state of a file that is only read, which nobody can change while it is open.
// Its transaction lasts as long, since beginning one for each read takes a seventh of the time of
// a read. The zero held has none.
type held struct {
	mu      sync.RWMutex // guards the fields below, for reading while the state is read
	reading *reading     // nil before hold and after letGo
	tx      *bbolt.Tx
}

// hold takes the state that the file of a store has.
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

// read calls a function with the state, and reports whether there is one.
func (h *held) read(fn func(*reading) error) (is bool, err error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.reading == nil {
		return false, nil
	}
	return true, fn(h.reading)
}

// letGo waits for the reads under way, because they use the mapped file.
func (h *held) letGo() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reading != nil {
		_ = h.tx.Rollback() // it fails for one that is over alone
		h.reading, h.tx = nil, nil
	}
}
