// Package ctxerr says in one way why a wait ended, or a request: which error of a context, and
// whether a time limit was the reason.
package ctxerr

import (
	"context"
	"errors"
	"fmt"
	"time"
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

// TimedOut reports whether a time limit ended ctx: its deadline, whatever cause that was given, or a limit that is the cause
// of a cancel. The error of a request does not say so where it is the cause, as net/http returns it. A deadline that has
// passed counts before ctx itself has noticed: http.Client ends a request at its Timeout by the deprecated Cancel as
// well, which may come first.
func TimedOut(ctx context.Context) bool {
	switch err := ctx.Err(); {
	case err == nil:
		deadline, ok := ctx.Deadline()
		return ok && !time.Now().Before(deadline)
	case errors.Is(err, context.DeadlineExceeded):
		return true
	}
	return ByLimit(context.Cause(ctx))
}

// ByLimit reports whether err is the end of a time limit: by its Timeout method, as [IsTimeout] has it, or since it
// matches context.DeadlineExceeded behind one that says otherwise.
func ByLimit(err error) bool { return IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) }

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
