package traced

import "context"

// Without is a context without the trace ([net/http/httptrace.ClientTrace]) of a request. It is for
// requests that are sent while another is in progress without being one of its attempts: by a hook,
// or by the source of a token. A layer that follows the other request by its trace, as an attempt
// timeout does, would take their connection for its own and close it.
type Without struct{ context.Context }

// Value returns the value of the context for a key, or nil for the key of a trace. It does not even
// ask for the trace, since whoever is asked assumes that the request is being sent.
func (c Without) Value(key any) any {
	if key == traceKey {
		return nil
	}
	return c.Context.Value(key)
}

// traceKey is the key of package httptrace.
var traceKey = Key() //nolint:gochecknoglobals // read only
