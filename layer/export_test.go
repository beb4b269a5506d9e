package layer

import "context"

// Parent returns the context that the context of a call was derived from, nil for
// any other context.
func Parent(ctx context.Context) context.Context {
	if cc, ok := ctx.(*callContext); ok {
		return cc.Context
	}
	return nil
}
