package layer

import (
	"context"

	"github.com/gracy-go/gracy/internal/setting"
)

// WithSetting attaches a value to a context for [Setting] of the same type. It
// is what the Attach method of a transport.Override does; the type should be one
// of the layer's own.
//
// A value with a method
//
//	Needs() string
//
// says by it that it has no effect without the layer of that name, as given to
// [Wrap]; "" says that it is content without one, as what switches a layer off is. A
// call through a stack in which no such layer is on notes that in its ledger, and in
// the Text of its CallEnd; as an option of an endpoint such a value is an error.
func WithSetting[T any](ctx context.Context, value T) context.Context {
	if n, ok := any(value).(interface{ Needs() string }); ok {
		return setting.WithNeed(ctx, value, n.Needs())
	}
	return setting.With(ctx, value)
}

// Setting returns what was attached last to ctx with [WithSetting] for type T,
// and whether anything was.
func Setting[T any](ctx context.Context) (T, bool) {
	if cc := near(ctx); cc != nil && cc.call.settings == nil {
		var zero T
		return zero, false
	}
	return setting.From[T](ctx)
}
