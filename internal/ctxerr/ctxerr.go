// Package ctxerr says in one way why a wait ended: which error of a context, and
// whether a time limit was the reason.
package ctxerr

import (
	"context"
	"errors"
	"fmt"
)

// Of returns the error of a wait that the end of ctx cut short: the cause of
// the context, made to match the error of the context by [errors.Is] where it
// does not. It is nil while ctx has not ended.
func Of(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// IsTimeout reports whether err says that a time limit was reached: the caller's,
// one of ours, or the network's. It asks the first error in the chain that has a
// Timeout method, as that of net.Error.
func IsTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}
