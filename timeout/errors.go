package timeout

import (
	"context"
	"errors"
	"time"
)

// The limits of an [Error]. It matches one of them by errors.Is.
var (
	// ErrTotal is the limit of a call, to the headers of the final response.
	ErrTotal = errors.New("timeout: the call took too long")
	// ErrAttempt is the limit of an attempt, to its headers.
	ErrAttempt = errors.New("timeout: the attempt took too long")
	// ErrIdle is the limit of a read of the response body, and of the time without
	// progress of the request body.
	ErrIdle = errors.New("timeout: no data for too long")
)

// An Error says which limit of this package ended a call, an attempt or a body.
// It matches Limit, context.DeadlineExceeded, and what Err matches.
//
// A limit that comes before the headers ends the context of the request that was sent on, with
// an Error without Err as its cause. The limit of a read of the response body ends no
// context. It closes the body, and the read returns the Error.
type Error struct {
	Limit error         // ErrTotal, ErrAttempt or ErrIdle
	After time.Duration // the time that the limit allows
	Err   error         // the error that the canceled request returned, nil if it only repeats the cancel

	upload      bool // whether the request body stalled
	unconnected bool // whether the attempt never got a connection
	unsent      bool // whether the attempt was never sent
}

// Error returns a text that says what did not happen, and for how long.
func (e *Error) Error() string {
	switch {
	case e.Is(ErrAttempt) && e.unsent:
		return "timeout: the request was not sent within " + e.After.String()
	case e.Is(ErrAttempt) && e.unconnected:
		return "timeout: no connection to the server within " + e.After.String()
	case e.Is(ErrAttempt):
		return "timeout: no response to the attempt within " + e.After.String()
	case e.Is(ErrIdle) && e.upload:
		return "timeout: no data sent for " + e.After.String()
	case e.Is(ErrIdle):
		return "timeout: no data received for " + e.After.String()
	}
	return "timeout: no response within " + e.After.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is context.DeadlineExceeded or Limit.
func (e *Error) Is(target error) bool {
	return target == context.DeadlineExceeded || target == e.Limit && target != nil
}

// Timeout returns true.
func (e *Error) Timeout() bool { return true }
