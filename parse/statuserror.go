package parse

import (
	"fmt"
	"io"
	"net/http"

	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// A StatusError says that the status of a response is not success. It matches its
// [Status], its class, and the cause that [On] or [OnFunc] gave it:
//
//	errors.Is(err, parse.Status(404))
//	errors.Is(err, parse.ServerError)
//
// Its text is the route, the status, the number of attempts, whether the body is cut off, and the
// cause.
type StatusError struct {
	// Route is as in [Error].
	Route string
	// Method and URL are those of the request that got the response, the last one after
	// redirects. Secrets in the URL are masked. The text of the error has neither.
	Method, URL string
	// Status is the status code.
	Status int
	// Header is a copy of the response's header, with secrets masked.
	Header http.Header
	// Body is the body, decompressed and with its secrets: at most 64 KiB, as far as it arrived
	// within 5 s.
	Body []byte
	// Truncated says that Body is incomplete: the body is longer, took more than 5 s, or broke
	// off.
	Truncated bool
	// Problem is the server's problem document, or nil if it sent none.
	Problem *Problem
	// Attempts is the number of attempts, 1 without layers.
	Attempts int
	// Call is the explained call, or nil without layers. It keeps the request's
	// context alive.
	Call *transport.Call
	// Err is the cause that a rule gave, or nil.
	Err error
}

func (e *StatusError) Error() string {
	text := e.Route + ": " + Status(e.Status).String() + after(e.Call)
	if e.Truncated {
		text += " (body cut off)"
	}
	if e.Err != nil {
		text += ": " + causeText(e.Err)
	}
	return text
}

// Unwrap returns Err.
func (e *StatusError) Unwrap() error { return e.Err }

// Is matches the [Status] and its class.
func (e *StatusError) Is(target error) bool {
	s, ok := target.(Status)
	return ok && s.codes().contains(e.Status)
}

// Decode decodes Body as JSON into v. Its errors are those of package json, and
// io.ErrUnexpectedEOF if Body is Truncated.
func (e *StatusError) Decode(v any) error {
	if e.Truncated {
		return fmt.Errorf("parse: the body of the failure was cut off: %w", io.ErrUnexpectedEOF)
	}
	return failureJSON(e.Header, e.Body, v)
}

// failureJSON decodes the body of a failure like that of a success: without a byte order mark, and
// from the charset that its media type names.
func failureJSON(h http.Header, body []byte, dst any) error {
	data, _, _ := toUTF8(contentType(h), body) // in an unknown charset, JSON replaces what is not UTF-8
	return fromJSON(data, dst)
}

// A Failure is the argument of an [OnFunc] function: the error that needs a cause, and the values
// of the call's placeholders.
type Failure struct { //nolint:errname // the argument of a function, an error only by what it embeds
	*StatusError
	x *exchange
}

// Arg returns the value of a placeholder of the endpoint's pattern, before escaping, or else of a
// query parameter of the request, or "" for an unknown name. Unlike [transport.Call.Arg] it does
// not mask secrets.
func (f Failure) Arg(name string) string {
	if f.x == nil {
		return ""
	}
	return f.x.arg(name)
}

// failure makes the error of a response whose status is not a success, and ends its body. The error
// is nil if makeCause returns nil.
func (x *exchange) failure(resp *http.Response, makeCause func(Failure) error) error {
	defer bodies.Drain(resp)
	body, err := bodies.ReadSome(resp, bodies.ErrorBytes, bodies.ErrorTime)
	c := transport.CallOf(resp)
	e := &StatusError{
		Route: x.routeOf(c), Status: resp.StatusCode, Header: redact.Headers(resp.Header),
		Body: body, Truncated: err != nil, Attempts: 1, Call: c,
	}
	if req := resp.Request; req != nil {
		e.Method, e.URL = method(req.Method), redact.URL(req.URL)
	}
	e.unpack(resp.Header)
	if c != nil {
		e.Attempts = c.Count()
	}
	if !e.Truncated {
		e.Problem = problem(resp.Header, e.Body)
	}
	if makeCause == nil {
		return e
	}
	// The function gets a copy, since it may return its argument as the cause.
	given := *e
	if e.Err = makeCause(Failure{&given, x}); e.Err == nil {
		return nil
	}
	return e
}

// unpack undoes the Content-Encoding of Body, as far as the body arrived.
func (e *StatusError) unpack(h http.Header) {
	if encodingOf(h) == "" {
		return
	}
	plain, left, err := unpack(h, e.Body, bodies.ErrorBytes)
	if left != "" || err != nil && len(plain) == 0 {
		return
	}
	if len(plain) > bodies.ErrorBytes {
		plain, e.Truncated = plain[:bodies.ErrorBytes], true
	}
	if err != nil {
		e.Truncated = true
	}
	e.Body = plain
	e.Header.Del("Content-Encoding")
	e.Header.Del("Content-Length")
}
