package layer

import (
	"context"

	"github.com/gracy-go/gracy/internal/ending"
	"github.com/gracy-go/gracy/internal/traced"
)

// near returns the context of a call that ctx is, or was derived from by nothing but limits and
// traces, or nil. Limits and traces do not change what this package finds in a context.
func near(ctx context.Context) *callContext {
	if cc, ok := ctx.(*callContext); ok {
		return cc
	}
	return behind(ctx)
}

// behind is the part of near that is not worth inlining into its callers.
func behind(ctx context.Context) (cc *callContext) {
	if limit, ok := ctx.(*ending.Context); ok {
		cc, _ = limit.Bare().Context.(*callContext)
	} else if trace, ok := ctx.(*traced.Context); ok {
		cc, _ = trace.Bare().Context.(*callContext)
	}
	return cc
}
