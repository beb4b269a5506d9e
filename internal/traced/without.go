package traced

import (
	"context"
	"net/http/httptrace"
)

// Without is a context without the [httptrace.ClientTrace] of a request, for what is sent from within that and is none of its
// attempts: by the hook of a request, or by the source of a token. Whatever follows a request by its trace, as an attempt
// timeout does, would take the connection of the other for its own, and close it.
type Without struct{ context.Context }

// Value returns what the context has under a key, unless that is a trace.
func (c Without) Value(key any) any {
	v := c.Context.Value(key)
	if _, ok := v.(*httptrace.ClientTrace); ok {
		return nil
	}
	return v
}
