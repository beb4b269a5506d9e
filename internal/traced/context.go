package traced

import "context"

// A Context differs from its parent only by its trace. [Context.Begin] makes it ready for use. The
// zero Context is not. It is part of what it belongs to, and must not be copied.
type Context struct {
	context.Context
	bare   context.Context
	key    any // Key()
	tracer Tracer
	trace  Trace
}

// Begin derives c from parent, with a trace that t makes. key is the value of [Key].
func (c *Context) Begin(parent context.Context, key any, t Tracer) {
	c.Context, c.key, c.tracer = parent, key, t
	c.bare = parent
	if p, ok := parent.(interface{ Bare() Bare }); ok {
		c.bare = p.Bare().Context
	}
}

// Bare is the context that another was derived from by traces and by the limits of package ending.
// It is a type of its own so that no third-party context has a method that returns one.
type Bare struct{ context.Context }

// Bare returns the context that c was derived from.
func (c *Context) Bare() Bare { return Bare{c.bare} }

// Value returns the value for a key. For the key of package httptrace it is the trace.
func (c *Context) Value(key any) any {
	if key == c.key {
		return c.trace.Of(c.Context, c.tracer)
	}
	return c.Context.Value(key)
}
