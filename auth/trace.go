package auth

import (
	"context"
	"net/http/httptrace"
)

// untraced is a context without the trace of a request, for what is sent on behalf of many.
// Whatever follows one request by its trace, as an attempt timeout does, would take the
// connection of the other for its own, and close it.
type untraced struct{ context.Context }

// Value returns what the context has under a key, unless that is a trace.
func (u untraced) Value(key any) any {
	v := u.Context.Value(key)
	if _, ok := v.(*httptrace.ClientTrace); ok {
		return nil
	}
	return v
}
