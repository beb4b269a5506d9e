package replay

import (
	"context"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

const readAhead = 16 // how many exchanges are read at once

// order is the progress of a tape that is replayed in its order.
type order struct {
	usable func(*store.Exchange) bool
	scan   func(ctx context.Context, after store.ID) iter.Seq2[*store.Exchange, error]

	turn  turn     // turn guards the fields below
	last  store.ID // the last one that was replayed or left out
	ahead []*store.Exchange
}

// next returns the next exchange of the tape if it responds, and moves past it. Otherwise it
// returns the reason, and the exchange that is due.
func (o *order) next(ctx context.Context, responds func(*store.Exchange) bool, cutoff store.ID, cycle bool) (x, due *store.Exchange, why MissReason, err error) {
	if err := o.turn.take(ctx); err != nil {
		return nil, nil, "", err
	}
	defer o.turn.release()
	due, err = o.dueLocked(ctx, cutoff)
	if due == nil && err == nil && cycle && o.last > 0 {
		o.last = 0
		due, err = o.dueLocked(ctx, cutoff)
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

// dueLocked returns the first exchange after the last one that may be replayed. The caller has
// the turn.
func (o *order) dueLocked(ctx context.Context, cutoff store.ID) (*store.Exchange, error) {
	for {
		if len(o.ahead) == 0 {
			if err := o.readLocked(ctx, max(o.last, cutoff)); err != nil || len(o.ahead) == 0 {
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

// readLocked reads the next few exchanges above an ID. The caller has the turn.
func (o *order) readLocked(ctx context.Context, after store.ID) error {
	for x, err := range o.scan(ctx, after) {
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
	o.turn.wait()
	defer o.turn.release()
	o.last, o.ahead = 0, nil
}
