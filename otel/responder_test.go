package otel_test

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

func wrapResponder(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("responder", responder{}, next, func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return rttest.Response(req, 200, "made up"), nil
	})
}

// rejecting is an inner layer that sends nothing.
type rejecting struct{}

func (rejecting) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("rejecting", rejecting{}, next, func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, fmt.Errorf("%w: no", verdict.ErrRejected))
	})
}
