package network

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The first and the longest pause before a server that does not respond is tried again.
const (
	firstWait = 20 * time.Millisecond
	mostWait  = 250 * time.Millisecond
)

// Persist calls fn until it returns no error, or one after which it is not to be called again, or ctx
// ends. It returns that error. If ctx has cut short the last attempt, the error also says what the
// attempt before found.
func Persist(ctx context.Context, fn func(ctx context.Context) (again bool, err error)) error {
	var before error // of the attempt before
	for wait := firstWait; ; wait = min(2*wait, mostWait) {
		again, err := fn(ctx)
		if err == nil {
			return nil
		}
		if before != nil && errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: %w", before, err)
		}
		before = err
		if ctx.Err() != nil || !again {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}
