package layer

import "context"

// Parent returns the context that the context of a call was derived from, or nil for any other
// context.
func Parent(ctx context.Context) context.Context {
	if cc, ok := ctx.(*callContext); ok {
		return cc.Context
	}
	return nil
}

// Near reports whether the call of a context is found without asking it for a value.
func Near(ctx context.Context) bool { return near(ctx) != nil }
