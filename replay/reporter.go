package replay

import (
	"fmt"
	"sync"
)

// reporter keeps the errors that cannot be returned to a caller: those since the last flush, and
// all of them. It calls the user's OnError with each.
type reporter struct {
	onError func(error) // may be nil

	mu    sync.Mutex // mu guards all fields below; it is not held while onError runs
	fresh tally      // since the last take
	total tally
}

// tally is the first of some errors and the number of the others.
type tally struct {
	first error
	more  int
}

func (t *tally) add(err error) {
	if t.first == nil {
		t.first = err
	} else {
		t.more++
	}
}

func (t *tally) err() error {
	if t.more > 0 {
		return fmt.Errorf("%w (and %d more)", t.first, t.more)
	}
	return t.first
}

func (r *reporter) report(err error) {
	r.mu.Lock()
	r.fresh.add(err)
	r.total.add(err)
	r.mu.Unlock()
	r.notify(err)
}

// notify only calls the user's OnError, since err is not a failure of the tape.
func (r *reporter) notify(err error) {
	if r.onError != nil {
		r.onError(err)
	}
}

// take returns the first error since the last take, with the number of the others.
func (r *reporter) take() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := r.fresh
	r.fresh = tally{}
	return fresh.err()
}

// all returns the first error of all, even if it was taken, with the number of the others.
func (r *reporter) all() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total.err()
}
