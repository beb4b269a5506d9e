package concurrency

import (
	"errors"
	"fmt"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The reasons of an [Error].
var (
	// ErrFull says that MaxQueue requests wait for slots of the key already.
	ErrFull = errors.New("concurrency: the queue is full")
	// ErrDeadline says that no slot became free within MaxWait.
	ErrDeadline = errors.New("concurrency: no slot became free within MaxWait")
	// ErrWeight says that a request weighs more than Max and can never go.
	ErrWeight = errors.New("concurrency: the weight is above the limit")
)

// An Error is a rejection: nothing was sent. It matches its Reason and
// [verdict.ErrRejected] by errors.Is.
type Error struct {
	// Limit is the text of the limit.
	Limit string
	// Key is the host, or method, route and host, that the slots are of; a hash of
	// what a Key function returned; "" if the limit is for all requests.
	Key string
	// Queue is how many requests waited.
	Queue int
	// Reason is [ErrFull], [ErrDeadline] or [ErrWeight], or wraps it.
	Reason error
}

// Error names the reason, the limit and the key.
func (e *Error) Error() string {
	s := e.Reason.Error() + ": " + redact.Text(e.Limit)
	if e.Key != "" {
		s += " (" + e.Key + ")"
	}
	if e.Queue > 0 {
		s += fmt.Sprintf(", %d waiting", e.Queue)
	}
	return s
}

// Unwrap returns the reason and [verdict.ErrRejected].
func (e *Error) Unwrap() []error { return []error{e.Reason, verdict.ErrRejected} }

// Timeout reports whether the wait was too long.
func (e *Error) Timeout() bool { return errors.Is(e.Reason, ErrDeadline) }
