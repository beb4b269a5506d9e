package replay

import (
	"context"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

// A turn is a lock that is held while a store is asked. A wait for it ends with a context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take takes the turn, or returns the error of ctx.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	default:
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctxerr.Of(ctx)
	}
}

// wait takes the turn, however long that takes.
func (t turn) wait() { t <- struct{}{} }

// release ends the turn.
func (t turn) release() { <-t }
