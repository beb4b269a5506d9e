package retry

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// ErrExhausted matches every [Error], by errors.Is.
var ErrExhausted = errors.New("retry: no further attempt")

// ErrAmbiguous matches every [AmbiguousError], by errors.Is.
var ErrAmbiguous = errors.New("retry: the request may have done its work")

// An Error is the error of the last of several attempts, or of the wait for a
// further one. The error of a call with a single attempt is not wrapped.
type Error struct {
	// Attempts is the number of attempts that were made.
	Attempts int
	// Elapsed is the time since the first attempt began.
	Elapsed time.Duration
	// Status is the status of the last response, 0 if no attempt got one. If Err is a
	// rejection by another layer, Status still says what the server said last.
	Status int
	// Err is the error of the last attempt, or the reason why the wait for a further
	// one ended.
	Err error
	// Call is the ledger, with the outcome of every attempt. It keeps the request
	// in memory. To keep the error for long, keep its text instead.
	Call *transport.Call
}

// Error returns a text with the number of attempts, their time, the last status and the
// last error, redacted.
func (e *Error) Error() string {
	s := "retry: " + strconv.Itoa(e.Attempts) + " attempt"
	if e.Attempts != 1 {
		s += "s"
	}
	s += " in " + e.Elapsed.Round(time.Millisecond).String()
	if e.Status != 0 {
		s += ", last response " + strconv.Itoa(e.Status)
	}
	return s + ": " + redact.Error(e.Err)
}

// noteRejected records in the ledger, and so in the log line of the call, what the server said last
// if one of our layers did not send a further attempt. The error of that attempt does not say it.
func noteRejected(s *series, a *layer.Attempt, o Outcome) {
	if s.made > 1 && s.status != 0 && o.Verdict == verdict.Rejected && s.call.StopReason() == "" {
		s.call.SetStopReason(fmt.Sprintf("attempt %d was rejected, last response %d", a.Number(), s.status))
	}
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is [ErrExhausted].
func (e *Error) Is(target error) bool { return target == ErrExhausted }

// Timeout reports whether the last error was a timeout.
func (e *Error) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// An AmbiguousError is the error of a request that got no response, is not idempotent
// and has no idempotency key: it may or may not have done its work. It is returned only
// with [Policy.MarkAmbiguous] or [Policy.Reconcile].
type AmbiguousError struct {
	// Method is the method of the request.
	Method string
	// Sent reports whether the request was handed to the base.
	Sent bool
	// Written reports whether net/http wrote the whole request. False proves
	// nothing: the server may act on a part of it.
	Written bool
	// Body is how many bytes of the request body net/http read to send them.
	Body int64
	// Err is the error of the transport. If [Policy.Reconcile] failed, it wraps that
	// error too.
	Err error
}

// Error returns a text with the method and the error, redacted.
func (e *AmbiguousError) Error() string {
	return "retry: " + redact.Text(e.Method) + " may have done its work: " + redact.Error(e.Err)
}

// Unwrap returns Err.
func (e *AmbiguousError) Unwrap() error { return e.Err }

// Is reports whether target is [ErrAmbiguous].
func (e *AmbiguousError) Is(target error) bool { return target == ErrAmbiguous }

// Timeout reports whether the error was a timeout.
func (e *AmbiguousError) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// pairError is the error of an attempt together with the failure that prevented a further attempt.
type pairError struct {
	err, other error
	what       string // what failed, as the prefix of its text
}

func (e *pairError) Error() string {
	return redact.Error(e.err) + " (no further attempt: " + e.what + redact.Error(e.other) + ")"
}

func (e *pairError) Unwrap() []error { return []error{e.err, e.other} }

func (e *pairError) Timeout() bool { return ctxerr.IsTimeout(e.err) }
