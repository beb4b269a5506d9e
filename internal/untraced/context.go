// Package untraced has the context of what is sent from within a request and is none of its attempts: by the hook of a
// request, or by the source of a token.
package untraced

import (
	"context"
	"net/http/httptrace"
)

// A Context is one without the [httptrace.ClientTrace] of a request. Whatever follows a request by its trace, as an
// attempt timeout does, would take the connection of the other for its own, and close it.
type Context struct{ context.Context }

// Value returns what the context has under a key, unless that is a trace.
func (c Context) Value(key any) any {
	v := c.Context.Value(key)
	if _, ok := v.(*httptrace.ClientTrace); ok {
		return nil
	}
	return v
}
