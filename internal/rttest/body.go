package rttest

import (
	"errors"
	"io"
	"strings"
)

// ErrBoom is an error of a type that no layer knows.
var ErrBoom = errors.New("boom")

// Text returns a body that can only be read and closed.
func Text(s string) io.ReadCloser {
	return struct{ io.ReadCloser }{io.NopCloser(strings.NewReader(s))}
}

// A CountingBody counts how often it is closed. It is for one goroutine.
type CountingBody struct {
	io.Reader
	Closed int   // how often it was closed
	Err    error // what Close returns
}

// Close counts the call and returns Err.
func (b *CountingBody) Close() error {
	b.Closed++
	return b.Err
}
