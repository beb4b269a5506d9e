package timeout

import (
	"context"
	"errors"
	"time"
)

// A Kind is which limit an [Error] is about.
type Kind uint8

// The kinds of limits.
const (
	Total   Kind = iota // a call, to the headers of the final answer
	Attempt             // an attempt, to its headers
	Idle                // a read of a body
)

// String returns "total", "attempt" or "idle".
func (k Kind) String() string {
	switch k {
	case Total:
		return "total"
	case Attempt:
		return "attempt"
	case Idle:
		return "idle"
	}
	return "unknown"
}

// What an [Error] matches by errors.Is, besides context.DeadlineExceeded.
var (
	ErrTotal   = errors.New("timeout: the call took too long")
	ErrAttempt = errors.New("timeout: the attempt took too long")
	ErrIdle    = errors.New("timeout: the body fell silent")
)

// An Error says which limit of this package ended a call, an attempt or a body.
// It is also the cause of the context that the limit canceled.
type Error struct {
	Kind  Kind
	After time.Duration
	Err   error // what came of the cancel, if it says more; may be nil
}

// Error names the limit.
func (e *Error) Error() string {
	switch e.Kind {
	case Attempt:
		return "timeout: no answer to the attempt within " + e.After.String()
	case Idle:
		return "timeout: no byte of the body for " + e.After.String()
	case Total:
	}
	return "timeout: no answer within " + e.After.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is context.DeadlineExceeded or the sentinel of the
// kind.
func (e *Error) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return true
	case ErrTotal:
		return e.Kind == Total
	case ErrAttempt:
		return e.Kind == Attempt
	case ErrIdle:
		return e.Kind == Idle
	}
	return false
}

// Timeout returns true.
func (e *Error) Timeout() bool { return true }
