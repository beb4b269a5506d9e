package retry

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// endRow closes the row of an attempt, begun as own, with its outcome, and returns the row and the
// verdict. It is not own if an inner layer has moved on to another one.
func endRow(own *layer.Attempt, resp *http.Response, err error) (*layer.Attempt, verdict.Verdict) {
	a := own.For(resp)
	return a, a.End(resp, err)
}

// inContext returns a request in whose context the attempt is found. In most calls that is already
// so, since it is the current one. Behind a foreign layer that sends again, the context has the
// attempt that such a request was given, and a must replace it.
func inContext(parent context.Context, req *http.Request, a *layer.Attempt) *http.Request {
	if layer.AttemptFrom(req.Context()) == a {
		return req
	}
	return req.WithContext(a.Context(parent))
}
