package traced

import "context"

// Without is a context without the trace ([net/http/httptrace.ClientTrace]) of a request, for what is sent from within that and is none of its
// attempts: by the hook of a request, or by the source of a token. Whatever follows a request by its trace, as an attempt
// timeout does, would take the connection of the other for its own, and close it.
type Without struct{ context.Context }

// Value returns what the context has under a key, unless that is the key of a trace: then the trace is not even asked for,
// since who is asked takes it that the request is being sent.
func (c Without) Value(key any) any {
	if key == traceKey {
		return nil
	}
	return c.Context.Value(key)
}

// traceKey is the key of package httptrace.
var traceKey = Key() //nolint:gochecknoglobals // read only
