// Package ctxerr says in one way why a context ended.
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
