package parse

import (
	"io"
	"net/http"

	"github.com/gracy-go/gracy/transport"
)

// None is the result of a call whose body is discarded, whatever it is, and the input of an
// endpoint that has none.
type None struct{}

// A Response is a result with the status and the headers that came with it:
//
//	r, err := parse.Get[parse.Response[[]Repo]](ctx, client, url)
//	next := page.Link(r.Header, "next")
type Response[T any] struct {
	// Value is the decoded body.
	Value T
	// Status is the status code.
	Status int
	// Header is the header of the response, secrets included.
	Header http.Header
	// Call is the explained call, or nil without layers. It keeps the request's
	// context alive.
	Call *transport.Call
}

// fill sets everything but the value, and returns a pointer to the value.
func (r *Response[T]) fill(resp *http.Response) any {
	r.Status, r.Header, r.Call = resp.StatusCode, resp.Header, transport.CallOf(resp)
	return &r.Value
}

// inner returns a nil pointer of the type of the value.
func (*Response[T]) inner() any { return (*T)(nil) }

// A filler is a *Response of any type.
type filler interface{ fill(*http.Response) any }

// rawKind reports whether a result is the undecoded body, and whether the caller closes it. dst is
// a pointer to the result.
func rawKind(dst any) (raw, open bool) {
	switch dst.(type) {
	case **http.Response, *io.ReadCloser:
		return true, true
	case *None, *string, *[]byte:
		return true, false
	}
	return false, false
}

// target returns a nil pointer of the type that the body is decoded into.
func target[T any]() any {
	var dst any = (*T)(nil)
	if f, ok := dst.(interface{ inner() any }); ok {
		return f.inner()
	}
	return dst
}
