package auth

import "context"

// nestedKey is the context key of the mark of a source's context. The mark is a plain value, since
// a setting of package layer would end at the first call that the source makes.
type nestedKey struct{}

// nested is the mark: the layer whose source was given the context, and the mark of the enclosing
// source.
type nested struct {
	auth  *Auth
	outer *nested
}

// withSourceOf marks a context as that of the source of a.
func withSourceOf(ctx context.Context, a *Auth) context.Context {
	outer, _ := ctx.Value(nestedKey{}).(*nested)
	return context.WithValue(ctx, nestedKey{}, &nested{a, outer})
}

// fromSourceOf reports whether ctx is that of the source of a, or derived from it.
func fromSourceOf(ctx context.Context, a *Auth) bool {
	m, _ := ctx.Value(nestedKey{}).(*nested)
	for m != nil && m.auth != a {
		m = m.outer
	}
	return m != nil
}
