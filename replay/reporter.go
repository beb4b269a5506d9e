package replay

import (
	"fmt"
	"sync"
)

// reporter keeps the errors that cannot be returned to a caller until the next
// flush, and calls the user's OnError with each.
type reporter struct {
	onError func(error) // may be nil

	mu    sync.Mutex // mu guards all fields below; it is not held while onError runs
	first error      // since the last take
	more  int        // errors after the first
}

func (r *reporter) report(err error) {
	r.mu.Lock()
	if r.first == nil {
		r.first = err
	} else {
		r.more++
	}
	r.mu.Unlock()
	if r.onError != nil {
		r.onError(err)
	}
}

// take returns the first error since the last take, and says how many followed.
func (r *reporter) take() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err, more := r.first, r.more
	r.first, r.more = nil, 0
	if more > 0 {
		return fmt.Errorf("%w (and %d more)", err, more)
	}
	return err
}
