package replay

import (
	"sync"

	"github.com/gracy-go/gracy/replay/store"
)

const readAhead = 16 // how many exchanges are read at once

// order is the progress of a tape that is replayed in its order.
type order struct {
	usable func(*store.Exchange) bool
	store  store.Store

	mu    sync.Mutex // mu guards the fields below, and is held while the store is read
	last  store.ID   // the last one that was replayed or left out
	ahead []*store.Exchange
}

// next returns the next exchange of the tape if it responds, and moves past it. Otherwise it
// returns the reason, and the exchange that is due.
func (o *order) next(responds func(*store.Exchange) bool, cutoff store.ID, cycle bool) (x, due *store.Exchange, why MissReason, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	due, err = o.dueLocked(cutoff)
	if due == nil && err == nil && cycle && o.last > 0 {
		o.last = 0
		due, err = o.dueLocked(cutoff)
	}
	switch {
	case err != nil:
		return nil, nil, "", err
	case due == nil:
		return nil, nil, MissConsumed, nil
	}
	if !responds(due) {
		return nil, due, MissOrder, nil
	}
	o.last = due.ID
	o.ahead = o.ahead[1:]
	return due, nil, "", nil
}

// dueLocked returns the first exchange after the last one that may be replayed. The caller holds
// mu.
func (o *order) dueLocked(cutoff store.ID) (*store.Exchange, error) {
	for {
		if len(o.ahead) == 0 {
			if err := o.readLocked(max(o.last, cutoff)); err != nil || len(o.ahead) == 0 {
				return nil, err
			}
		}
		if x := o.ahead[0]; o.usable(x) {
			return x, nil
		}
		o.last = o.ahead[0].ID
		o.ahead = o.ahead[1:]
	}
}

// readLocked reads the next few exchanges above an ID. The caller holds mu.
func (o *order) readLocked(after store.ID) error {
	for x, err := range o.store.Scan(after) {
		if err != nil {
			return err
		}
		if o.ahead = append(o.ahead, x); len(o.ahead) == readAhead {
			break
		}
	}
	return nil
}

// rewind starts again from the first exchange.
func (o *order) rewind() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last, o.ahead = 0, nil
}
