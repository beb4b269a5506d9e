package parse

import (
	"bytes"
	"io"
	"net/http"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// readBody reads up to one byte more than limit, so that the caller sees that a
// body is too long. It trusts a Content-Length up to 1 MiB, since the server may
// claim any.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if bodiless(resp) {
		return nil, nil
	}
	size := min(max(resp.ContentLength, 0), limit, 1<<20)
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := b.ReadFrom(io.LimitReader(resp.Body, limit+1))
	return b.Bytes(), err
}

// bodiless reports whether a response has no body, whatever its Content-Length.
func bodiless(resp *http.Response) bool {
	return resp.Body == http.NoBody || resp.Request != nil && resp.Request.Method == http.MethodHead
}

// readUpTo reads at most limit bytes.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit))
}

// peek calls f with a response that has the start of the body, and then makes the
// body whole again.
func peek(resp *http.Response, f func(*http.Response) error) error {
	data, err := readBody(resp, defaultLimit)
	rest := resp.Body
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	if err = f(resp); err != nil {
		err = &verdict.CheckError{Err: err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), rest), rest}
	return err
}

// tooLarge makes the error of a body longer than limit.
func (x *exchange) tooLarge(resp *http.Response, limit int64) error {
	c := transport.CallOf(resp)
	return &TooLargeError{Route: x.routeOf(c), Limit: limit, Call: c}
}
