package parse

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// readBody reads up to one byte more than limit, so that the caller sees that a body is too long.
// It allocates at most 1 MiB because of a Content-Length, since a server may claim any.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if bodiless(resp) {
		return nil, nil
	}
	size := int64(bytes.MinRead)
	if resp.ContentLength > 0 {
		size = min(resp.ContentLength, limit, 1<<20) + 1 // one byte more to see that it ends there
	}
	data := make([]byte, 0, size)
	for int64(len(data)) <= limit {
		if len(data) == cap(data) {
			data = slices.Grow(data, max(len(data), bytes.MinRead))
		}
		n, err := resp.Body.Read(data[len(data):min(int64(cap(data)), limit+1)])
		data = data[:len(data)+n]
		switch {
		case err == io.EOF:
			return data, nil
		case err != nil:
			return data, err
		}
	}
	return data, nil
}

// bodiless reports whether a response has no body, whatever its Content-Length.
func bodiless(resp *http.Response) bool {
	return resp.Body == http.NoBody || resp.Request != nil && resp.Request.Method == http.MethodHead
}

// peek calls f with a response that has the start of the body, and then makes the body whole again.
// If open is set, the caller closes the body and f is not called for a body that is slow. Otherwise
// the body is decoded afterwards, and reading it may take any time.
func peek(resp *http.Response, f func(*http.Response) error, open bool) error {
	var d time.Duration
	if open {
		d = bodies.CheckTime
	}
	data, err := bodies.Peek(resp, defaultLimit, d)
	switch {
	case errors.Is(err, bodies.ErrSlow):
		return nil
	case err != nil && !errors.Is(err, bodies.ErrLong):
		return err
	}
	whole := resp.Body
	resp.Body = io.NopCloser(bytes.NewReader(data))
	defer func() { resp.Body = whole }()
	if err = f(resp); err != nil {
		return &verdict.CheckError{Err: err}
	}
	return nil
}

// tooLarge makes the error of a body longer than limit.
func (x *exchange) tooLarge(resp *http.Response, limit int64) error {
	c := transport.CallOf(resp)
	return &TooLargeError{Route: x.routeOf(c), Limit: limit, Call: c}
}

// longItem makes the error of a line or an event that is longer than the limit.
func (x *exchange) longItem(resp *http.Response) error {
	c := transport.CallOf(resp)
	return &TooLargeError{Route: x.routeOf(c), Limit: x.set.maxBytes(), Item: true, Call: c}
}

// tooHeavy makes the error of a body that takes more than MaxDecoded.
func (x *exchange) tooHeavy(resp *http.Response) error {
	c := transport.CallOf(resp)
	return &TooLargeError{Route: x.routeOf(c), Limit: x.set.maxDecoded(), Decoded: true, Call: c}
}
