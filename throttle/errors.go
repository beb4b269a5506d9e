package throttle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The reasons of an [Error].
var (
	// ErrDeadline says that the wait would not end in time: before the deadline
	// of the context or within MaxWait.
	ErrDeadline = errors.New("throttle: the wait would not end in time")
	// ErrFull says that MaxQueue requests wait already.
	ErrFull = errors.New("throttle: the queue is full")
	// ErrCost says that a request costs more than the limit, of the rule or of its
	// store, and can never go.
	ErrCost = errors.New("throttle: the cost is above the limit")
	// ErrClosed says that the limiter was closed.
	ErrClosed = errors.New("throttle: the limiter is closed")
	// ErrStore says that the store of a rule failed, in the mode [Bucket].
	ErrStore = errors.New("throttle: the store failed")
)

// An Error is a refusal: nothing was sent and no quota was used. It matches its
// Reason and [verdict.ErrRejected] by errors.Is.
type Error struct {
	// Rule is the text of the rule, or of the pause.
	Rule string
	// Key tells the keys of a rule apart: a hash of what its Key function
	// returned; "" without one.
	Key string
	// Wait is the shortest wait that would have been needed, 0 if not known.
	Wait time.Duration
	// Queue is how many requests waited for the same.
	Queue int
	// Reason is one of the Err variables, or wraps it.
	Reason error
}

// Error names the reason, the rule and the wait.
func (e *Error) Error() string {
	s := redact.Error(e.Reason)
	if e.Rule != "" {
		s += ": " + redact.Text(e.Rule)
	}
	if e.Key != "" {
		s += " (" + e.Key + ")"
	}
	if e.Wait > 0 {
		s += fmt.Sprintf(": at least %s behind %d", e.Wait.Round(time.Millisecond), e.Queue)
	}
	return s
}

// Unwrap returns the reason and [verdict.ErrRejected].
func (e *Error) Unwrap() []error { return []error{e.Reason, verdict.ErrRejected} }

// Timeout reports whether there was too little time.
func (e *Error) Timeout() bool { return errors.Is(e.Reason, ErrDeadline) }

// storeError is the reason where a store failed.
type storeError struct{ err error }

func (e *storeError) Error() string   { return ErrStore.Error() + ": " + redact.Error(e.err) }
func (e *storeError) Unwrap() []error { return []error{ErrStore, e.err} }

// ended is the error of a wait that the context ended: its cause, made to match
// the context's error.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
