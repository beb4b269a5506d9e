package traced

import "context"

// A Context is one that differs from its parent by its trace alone. Begin makes it ready for use;
// the zero Context is not. It is part of what it belongs to, and must not be copied.
type Context struct {
	context.Context
	bare   context.Context
	key    any // Key()
	tracer Tracer
	trace  Trace
}

// Begin makes c a context with the parent and a trace that t makes. The key is that of [Key].
func (c *Context) Begin(parent context.Context, key any, t Tracer) {
	c.Context, c.key, c.tracer = parent, key, t
	c.bare = parent
	if p, ok := parent.(interface{ Bare() Bare }); ok {
		c.bare = p.Bare().Context
	}
}

// Bare is what a context was derived from by traces and by the limits of package ending. It is a
// type of its own so that no context of others has a method that returns one.
type Bare struct{ context.Context }

// Bare returns what c was derived from.
func (c *Context) Bare() Bare { return Bare{c.bare} }

// Value returns what the context has under a key: its trace under that of package httptrace.
func (c *Context) Value(key any) any {
	if key == c.key {
		return c.trace.Of(c.Context, c.tracer)
	}
	return c.Context.Value(key)
}
