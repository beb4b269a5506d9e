package layer

import (
	"context"

	"github.com/gracy-go/gracy/internal/setting"
)

// WithSetting attaches a value to a context for [Setting] of the same type. The Attach method of a
// transport.Override calls it. The type should be one of the layer's own.
//
// A value with a method
//
//	Needs() string
//
// says with it that it has no effect without the layer of that name, as given to [Wrap]. "" means
// that it needs none, such as a value that switches a layer off. A call through a stack without the
// layer, or with the layer off, has a note in its ledger and in the Text of its [CallEnd]. As an
// option of an endpoint such a value is an error.
func WithSetting[T any](ctx context.Context, value T) context.Context {
	if n, ok := any(value).(interface{ Needs() string }); ok {
		return setting.WithNeed(ctx, value, n.Needs())
	}
	return setting.With(ctx, value)
}

// Setting returns the value of type T that was attached last to ctx with [WithSetting], and whether
// there is one.
func Setting[T any](ctx context.Context) (T, bool) {
	if cc := near(ctx); cc != nil && cc.call.settings == nil {
		var zero T
		return zero, false
	}
	return setting.From[T](ctx)
}
