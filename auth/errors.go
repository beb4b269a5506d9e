package auth

import (
	"errors"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// ErrNoToken matches every [Error], by errors.Is.
var ErrNoToken = errors.New("auth: no token")

// An Error says that a request was not sent, or not sent again, because there was no token
// for it. It matches [ErrNoToken], [verdict.ErrRejected] and what Err matches.
type Error struct {
	// Unauthorized reports whether the request was sent with an earlier token and the
	// server responded with 401.
	Unauthorized bool
	// Err is the error of the source, or why its token cannot be used.
	Err error
}

// Error returns the text of Err, redacted.
func (e *Error) Error() string {
	s := "auth: no token"
	if e.Unauthorized {
		s = "auth: no new token after a 401"
	}
	return s + ": " + redact.Error(e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is [ErrNoToken] or [verdict.ErrRejected].
func (e *Error) Is(target error) bool {
	return target == ErrNoToken || target == verdict.ErrRejected
}

// Timeout reports whether Err is a timeout.
func (e *Error) Timeout() bool {
	return ctxerr.IsTimeout(e.Err)
}

// The reasons why a token cannot be used.
var (
	errEmpty   = errors.New("the source returned an empty token")
	errInvalid = errors.New("the source returned a token that no header can carry")
	errMasked  = errors.New("the source returned a masked token, replayed from a tape: name the token endpoint in Options.PassThrough of replay")
	errGoexit  = errors.New("the source called runtime.Goexit")
	// errPanicked is for later requests. Those that were waiting panic themselves.
	errPanicked = errors.New("the source panicked")
)

// expiredError is the error of a token that had expired when the source returned it.
type expiredError struct{ ago time.Duration }

func (e *expiredError) Error() string {
	return "the source returned a token that expired " + e.ago.Round(time.Second).String() + " ago by the clock of this machine"
}

// slowError is the error of a fetch that took too long.
type slowError struct{ after string }

func (e *slowError) Error() string { return "the source took longer than " + e.after }

// Timeout returns true.
func (*slowError) Timeout() bool { return true }
