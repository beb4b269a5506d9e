package transport

import "context"

// An Override is a setting for the calls made with a context, in place of
// what a layer was built with: a policy, an Off value, a handle with state of
// its own. Each kind replaces the whole setting of its layer, and does not
// reach calls that are made inside a call (a token fetch, a hook).
type Override interface {
	Attach(ctx context.Context) context.Context
}

// With attaches overrides to a context, for one call or for many. Of one kind
// the last stands.
func With(ctx context.Context, overrides ...Override) context.Context {
	for _, o := range overrides {
		ctx = o.Attach(ctx) //nolint:fatcontext // each adds one
	}
	return ctx
}

// setting is a list of what was attached to a context, the latest first. Its
// last element knows the call in whose context it was begun.
type setting struct {
	value any
	next  *setting
	call  *Call
}

// WithSetting attaches a value to a context for [Setting] of the same type. It
// is what an [Override] does; the type should be one of the layer's own.
func WithSetting[T any](ctx context.Context, value T) context.Context {
	s := &setting{value: value}
	switch v := ctx.Value(stateKey{}).(type) {
	case *setting:
		s.next = v
	case *Call:
		s.call = v
	}
	return context.WithValue(ctx, stateKey{}, s)
}

// Setting returns what was attached last with [WithSetting] for type T, and
// whether anything was.
func Setting[T any](ctx context.Context) (T, bool) {
	if cc, ok := ctx.(*callContext); ok {
		return lookup[T](cc.call.settings, cc.call.cut())
	}
	switch v := ctx.Value(stateKey{}).(type) {
	case *Call:
		return lookup[T](v.settings, v.cut())
	case *setting:
		return lookup[T](v, false)
	}
	var zero T
	return zero, false
}

func lookup[T any](s *setting, cut bool) (T, bool) {
	for s != nil {
		if v, ok := s.value.(T); ok {
			return v, true
		}
		switch {
		case s.next != nil:
			s = s.next
		case s.call != nil && !cut:
			cut = s.call.cut()
			s = s.call.settings
		default:
			s = nil
		}
	}
	var zero T
	return zero, false
}

// enclosing returns the call in whose context the list was begun.
func (s *setting) enclosing() *Call {
	for s.next != nil {
		s = s.next
	}
	return s.call
}
