package throttle

import (
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The reasons of an [Error].
var (
	// ErrDeadline says that the wait would end past the deadline of the context, or
	// past MaxWait.
	ErrDeadline = errors.New("throttle: the wait would end past the deadline")
	// ErrFull says that MaxQueue requests are already waiting.
	ErrFull = errors.New("throttle: the queue is full")
	// ErrCost says that a request costs more than the limit of the rule or of its store
	// and can never be sent.
	ErrCost = errors.New("throttle: the cost is above the limit")
	// ErrClosed says that the limiter was closed.
	ErrClosed = errors.New("throttle: the limiter is closed")
	// ErrStore says that the store of a rule failed, in the mode [Bucket].
	ErrStore = errors.New("throttle: the store failed")
)

// An Error is a rejection: nothing was sent and no quota was used. By errors.Is it matches
// its Reason and [verdict.ErrRejected].
type Error struct {
	// Rule is the text of the rule, or of the pause.
	Rule string
	// Key is a hash of what the Key function of the rule returned, "" if the rule has
	// none.
	Key string
	// Wait is the shortest wait that would have been needed, 0 if not known.
	Wait time.Duration
	// Queue is how many requests were waiting for the same rule or pause.
	Queue int
	// Reason is one of the Err variables, or wraps it.
	Reason error
}

// Error returns a text with the reason, the rule, the key and the numbers:
//
//	throttle: the queue is full: 10 requests per second: 10000 waiting
//	throttle: the wait would end past the deadline (58s left): 10 requests per minute: at least 59s behind 3 waiting
func (e *Error) Error() string {
	rule := redact.Text(e.Rule)
	if e.Key != "" {
		rule += " (" + e.Key + ")"
	}
	s := redact.Error(e.Reason)
	if rule != "" {
		s += ": " + rule
	}
	if errors.Is(e.Reason, ErrFull) {
		return s + fmt.Sprintf(": %d waiting", e.Queue)
	}
	if e.Wait > 0 {
		s += fmt.Sprintf(": at least %s", e.Wait.Round(time.Millisecond))
		if e.Queue > 0 {
			s += fmt.Sprintf(" behind %d waiting", e.Queue)
		}
	}
	return s
}

// Unwrap returns the reason and [verdict.ErrRejected].
func (e *Error) Unwrap() []error { return []error{e.Reason, verdict.ErrRejected} }

// Timeout reports whether the reason is [ErrDeadline].
func (e *Error) Timeout() bool { return errors.Is(e.Reason, ErrDeadline) }

// rejected returns the error of a rejection.
func rejected(r *admission.Rejection) *Error {
	e := &Error{Rule: r.Rule, Key: r.Key, Wait: r.Wait, Queue: r.Queue}
	switch r.Reason {
	case admission.QueueFull:
		e.Reason = ErrFull
	case admission.TooLate:
		e.Reason = fmt.Errorf("%w (%s left)", ErrDeadline, r.Left.Round(time.Millisecond))
	case admission.TooLong:
		e.Reason = &patienceError{r.MaxWait}
	case admission.TooHeavy:
		e.Reason = fmt.Errorf("%w (cost %d)", ErrCost, r.Cost)
	case admission.StoreFailed:
		e.Reason = &storeError{r.Err}
	case admission.Closed:
		e.Reason = ErrClosed
	}
	return e
}

// patienceError is the reason where not a deadline but MaxWait is what the wait is too long for.
type patienceError struct{ max time.Duration }

func (e *patienceError) Error() string {
	return fmt.Sprintf("throttle: the wait would exceed MaxWait %s", e.max)
}

func (e *patienceError) Unwrap() error { return ErrDeadline }

// storeError is the reason of an Error if a store failed.
type storeError struct{ err error }

func (e *storeError) Error() string   { return ErrStore.Error() + ": " + redact.Error(e.err) }
func (e *storeError) Unwrap() []error { return []error{ErrStore, e.err} }
