package transport

import "context"

// An Override is a setting for the calls made with a context, in place of what a layer was built
// with: a policy, an Off value, or a handle with state of its own. Each kind replaces the whole
// setting of its layer. It does not reach calls made inside a call, such as a token fetch or a
// hook's. It has no effect without its layer: see [Needs].
type Override interface {
	Attach(ctx context.Context) context.Context
}

// With attaches overrides to a context, for one call or for many. An override replaces an earlier
// one of its kind. A nil one has no effect.
func With(ctx context.Context, overrides ...Override) context.Context {
	for _, o := range overrides {
		if o != nil {
			ctx = o.Attach(ctx) //nolint:fatcontext // each adds one
		}
	}
	return ctx
}
