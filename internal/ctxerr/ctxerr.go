// Package ctxerr says why a wait or a request ended: with which error of a context, and whether
// because of a time limit.
package ctxerr

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Of returns the error of a wait that the end of ctx cut short. It is the cause of the context,
// wrapped to match the context's error by [errors.Is] if it does not already. It is nil while ctx
// has not ended.
func Of(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// PassedOn reports whether err passes on the error with which ctx has ended, as that of a wait under
// ctx does.
func PassedOn(ctx context.Context, err error) bool {
	over := ctx.Err()
	return over != nil && errors.Is(err, over)
}

// TimedOut reports whether a time limit ended ctx: its deadline, whatever cause that was given, or
// a limit that canceled it and is the cause. The error of a request does not say so if it is the
// cause, as net/http returns it. A deadline that has passed counts even before ctx has noticed,
// because at its Timeout http.Client also ends a request by the deprecated Cancel, which may come
// first.
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

// ByLimit reports whether err is the end of a time limit: either [IsTimeout] reports so, or err
// matches context.DeadlineExceeded behind an error whose Timeout method reports false.
func ByLimit(err error) bool { return IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) }

// IsTimeout reports whether err says that a time limit was reached: the caller's, one of ours, or
// the network's. It asks the first error in the chain that has a Timeout method, as a net.Error
// has.
func IsTimeout(err error) bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && t.Timeout()
}
