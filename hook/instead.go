package hook

import (
	"io"
	"net/http"
	"reflect"

	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
)

// replaces reports whether the response of a hook has another body than that of the call, or the
// call has no response.
func replaces(instead, resp *http.Response) bool {
	return instead != nil && instead != resp && (resp == nil || !same(instead.Body, resp.Body))
}

// replace makes the response of the hook the outcome.
func replace(a *layer.Attempt, req *http.Request, resp *http.Response, err error, instead *http.Response) (*http.Response, error) {
	if instead == nil || instead == resp {
		return resp, err
	}
	if resp != nil && replaces(instead, resp) {
		a.Own(resp)
		bodies.Drain(resp)
	}
	if instead.Body == nil {
		instead.Body = http.NoBody
	}
	if instead.Header == nil {
		instead.Header = make(http.Header)
	}
	if resp != nil && resp.Request != nil {
		req = resp.Request
	}
	instead.Request = requestOf(instead, req)
	return instead, nil
}

// requestOf returns the request that the response of a hook is shown with: that of the call, or if
// another server has responded, the request to that server with the context of the call. For a
// redirect it decides who may get a credential.
func requestOf(instead *http.Response, req *http.Request) *http.Request {
	sent := instead.Request
	if sent == nil || sent.URL == nil || origin.Same(sent.URL, req.URL) {
		return req
	}
	r := sent.WithContext(req.Context())
	if r.Response == nil {
		r.Response = req.Response // the redirect that led to the call
	}
	return r
}

// discard closes the body of a response that a hook has returned and that is not used.
func discard(instead, resp *http.Response) {
	if replaces(instead, resp) {
		closeBody(instead)
	}
}

func closeBody(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
}

// same reports whether two bodies are the same. It takes two bodies of one type that cannot be
// compared for the same: closing a body that is still read would be worse than leaving one open.
func same(a, b io.ReadCloser) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() {
		return a == b
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b)
}
