package retry

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// endRow closes the row of an attempt, begun as own, with its outcome, and returns the row
// and the verdict. It is the row that is current, to which an inner layer may have moved on,
// but not where that has got a response and this attempt none: then it is of a request
// beside this one, as a hedge around the layer makes them, and has ended the call.
func endRow(own *layer.Attempt, resp *http.Response, err error) (*layer.Attempt, verdict.Verdict) {
	a := own.Call().Attempt().For(resp)
	if resp == nil && a.Status() != 0 {
		a = own
	}
	return a, a.End(resp, err)
}

// inContext returns a request in whose context the attempt is found. In that of most calls
// it is the current one; behind a foreign layer that sends again it is the one that
// such a request was given, which another is to follow.
func inContext(parent context.Context, req *http.Request, a *layer.Attempt) *http.Request {
	if layer.AttemptFrom(req.Context()) == a {
		return req
	}
	return req.WithContext(a.Context(parent))
}
