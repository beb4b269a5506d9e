package layer

import (
	"context"

	"github.com/gracy-go/gracy/internal/setting"
)

// WithSetting attaches a value to a context for [Setting] of the same type. It
// is what the Attach method of a transport.Override does; the type should be one
// of the layer's own.
func WithSetting[T any](ctx context.Context, value T) context.Context {
	return setting.With(ctx, value)
}

// Setting returns what was attached last to ctx with [WithSetting] for type T,
// and whether anything was.
func Setting[T any](ctx context.Context) (T, bool) {
	if cc, ok := ctx.(*callContext); ok {
		return setting.Lookup[T](cc.call.Settings())
	}
	return setting.From[T](ctx)
}
