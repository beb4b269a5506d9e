package parse

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The sentinels of the errors of this package.
var (
	// ErrDecode matches every *[DecodeError].
	ErrDecode = errors.New("parse: the body is not what was asked for")
	// ErrTooLarge matches every *[TooLargeError].
	ErrTooLarge = errors.New("parse: the body is too large")
	// ErrArgument matches every *[ArgError].
	ErrArgument = errors.New("parse: an argument cannot be sent")
	// ErrEmpty is the cause of a [DecodeError] for a response without a body or with null in
	// place of a value.
	ErrEmpty = errors.New("parse: no body")
)

// An Error says that a call returned no usable response: the request was rejected, the transport
// failed, the body broke off, or a [Check] returned an error (then errors.As finds a
// *verdict.CheckError). It replaces the *url.Error of http.Client, whose text holds the whole
// URL.
type Error struct {
	// Route is the method and the pattern of the endpoint, or the route of the
	// call, or else the URL without query and credentials.
	Route string
	// Call is the explained call, or nil without layers. It keeps the request's
	// context alive.
	Call *transport.Call
	// Err is the cause. Its own text is not redacted.
	Err error

	ended error // the error of the caller's context, nil while it has not ended
}

func (e *Error) Error() string {
	text, attempts := causeText(e.Err), after(e.Call)
	if strings.Contains(text, strings.TrimPrefix(attempts, " after ")) { // the error of the retry layer has it already
		attempts = ""
	}
	return e.Route + ": " + text + attempts
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the error of the caller's context, even if Err is the cause of the context instead.
func (e *Error) Is(target error) bool { return e.ended != nil && target == e.ended }

// Timeout reports whether a time limit was reached: the deadline of the context, or a limit that
// the cause reports.
func (e *Error) Timeout() bool {
	if errors.Is(e.ended, context.DeadlineExceeded) {
		return true
	}
	return ctxerr.IsTimeout(e.Err)
}

// An ArgError says that an argument cannot be sent: a path value that is empty
// or would change the path, a header value with a line break, a malformed URL.
// Nothing was sent: it matches [verdict.ErrRejected] too.
type ArgError struct {
	// Route is as in [Error].
	Route string
	// Name is the name of the placeholder, field or setting.
	Name string
	// Reason says what is wrong with the value. It does not show the value.
	Reason string
	// Err is the error of a MarshalText or MarshalJSON method, or nil. It is not redacted.
	Err error
}

func (e *ArgError) Error() string { return e.Route + ": " + e.Name + " " + e.Reason }

// Is matches [ErrArgument] and [verdict.ErrRejected].
func (e *ArgError) Is(target error) bool {
	return target == ErrArgument || target == verdict.ErrRejected
}

// Unwrap returns Err.
func (e *ArgError) Unwrap() error { return e.Err }

// A TooLargeError says that the body of an accepted response is longer than
// [MaxBytes], or takes more memory than [MaxDecoded].
type TooLargeError struct {
	// Route is as in [Error].
	Route string
	// Limit is the largest number of bytes allowed.
	Limit int64
	// Decoded says that the limit is MaxDecoded.
	Decoded bool
	// Item says that a line of [Lines] or an event of [Events] is too long, not the body.
	Item bool
	// Call is as in [Error].
	Call *transport.Call
}

func (e *TooLargeError) Error() string {
	switch {
	case e.Item:
		return fmt.Sprintf("%s: a line or event is longer than MaxBytes, %d bytes", e.Route, e.Limit)
	case e.Decoded:
		return fmt.Sprintf("%s: the decoded body takes more than MaxDecoded, %d bytes", e.Route, e.Limit)
	}
	return fmt.Sprintf("%s: the body is longer than MaxBytes, %d bytes", e.Route, e.Limit)
}

// Is matches [ErrTooLarge].
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
