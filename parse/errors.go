package parse

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The sentinels of the errors of this package.
var (
	ErrDecode   = errors.New("parse: the body is not what was asked for") // of every *DecodeError
	ErrTooLarge = errors.New("parse: the body is too large")              // of every *TooLargeError
	ErrArgument = errors.New("parse: an argument cannot be sent")         // of every *ArgError
	ErrEmpty    = errors.New("no body")                                   // the cause of a DecodeError
)

// An Error is a call without a usable answer: a refusal or transport error, a
// body that broke off, or an accepted answer that a [Check] refuses (then
// errors.As finds a *verdict.CheckError). It takes the place of the
// *url.Error of http.Client, whose text holds the whole URL.
type Error struct {
	// Route is the method and the pattern of the endpoint, or the route of the
	// call, or else the URL without query and credentials.
	Route string
	// Call is the explained call, nil without layers. It keeps the request's
	// context alive.
	Call *transport.Call
	// Err is the cause. Its own text is not redacted.
	Err error

	ended error // how the request's context ended
}

func (e *Error) Error() string { return e.Route + ": " + causeText(e.Err) + after(e.Call) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the end of the request's context, also where its cause took its place.
func (e *Error) Is(target error) bool { return e.ended != nil && target == e.ended }

// Timeout reports whether time was up: the cause says so or the context's
// deadline was reached.
func (e *Error) Timeout() bool {
	if errors.Is(e.ended, context.DeadlineExceeded) {
		return true
	}
	return ctxerr.IsTimeout(e.Err)
}

// An ArgError is an argument that cannot be sent: a path value that is empty or
// would change the path, a header value with a line break, a URL that is none.
// Nothing was sent: it is a [verdict.ErrRejected] too.
type ArgError struct {
	Route  string
	Name   string // of the placeholder, field or setting
	Reason string // without the value
	Err    error  // of a MarshalText or MarshalJSON; nil mostly. Not redacted
}

func (e *ArgError) Error() string { return e.Route + ": " + e.Name + " " + e.Reason }

// Is matches [ErrArgument] and [verdict.ErrRejected].
func (e *ArgError) Is(target error) bool {
	return target == ErrArgument || target == verdict.ErrRejected
}

// Unwrap returns the cause, nil mostly.
func (e *ArgError) Unwrap() error { return e.Err }

// A TooLargeError is an accepted answer whose body is longer than [MaxBytes].
type TooLargeError struct {
	Route string
	Limit int64 // bytes
	Call  *transport.Call
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s: the body is longer than %d bytes", e.Route, e.Limit)
}

// Is matches [ErrTooLarge].
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }

// causeText is the text of err on one line, without secrets and without the
// query of any URL in it: that of a *url.Error further down, say of a token
// fetch, or of an error that only quotes one.
func causeText(err error) string {
	var b strings.Builder
	text := err.Error()
	for {
		i := strings.Index(text, "://")
		if i < 0 {
			break
		}
		end := strings.IndexAny(text[i:], " \t\r\n\"'`<>")
		if end < 0 {
			end = len(text) - i
		}
		u := text[:i+end]
		if q := strings.IndexAny(u[i:], "?#"); q >= 0 {
			u = u[:i+q]
		}
		b.WriteString(u)
		text = text[i+end:]
	}
	b.WriteString(text)
	return redact.Text(b.String())
}

// bare is a URL without user information, query and fragment, and with what
// looks like a secret masked.
func bare(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	u, err := url.Parse(raw)
	if err != nil {
		return "URL"
	}
	u.User = nil
	return redact.URL(u)
}

// cause takes the *url.Error of http.Client off.
func cause(err error) error {
	if u, ok := err.(*url.Error); ok && u.Err != nil { //nolint:errorlint // only the outermost, which http.Client puts on
		return u.Err
	}
	return err
}

func after(c *transport.Call) string {
	if c == nil || c.Count() < 2 {
		return ""
	}
	return fmt.Sprintf(" after %d attempts", c.Count())
}
