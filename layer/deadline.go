package layer

import (
	"context"

	"github.com/gracy-go/gracy/internal/ending"
)

// near returns the context of a call that ctx is, or was derived from by limits alone, nil
// if there is none: they change nothing of what this package finds in a context.
func near(ctx context.Context) *callContext {
	cc, ok := ctx.(*callContext)
	if !ok {
		if limit, ok := ctx.(*ending.Context); ok {
			cc, _ = limit.Root().(*callContext)
		}
	}
	return cc
}
