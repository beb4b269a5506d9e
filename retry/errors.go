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

// ErrExhausted is what every [Error] matches, by errors.Is.
var ErrExhausted = errors.New("retry: no further attempt")

// ErrAmbiguous is what every [AmbiguousError] matches, by errors.Is.
var ErrAmbiguous = errors.New("retry: the request may have done its work")

// An Error is the error of the last of several attempts, or of the wait for a
// further one. The error of a first attempt that is not followed by another one
// is returned as it is.
type Error struct {
	// Attempts is the number of attempts that were made.
	Attempts int
	// Elapsed is the time since the first attempt began.
	Elapsed time.Duration
	// Status is the status of the last response, 0 if no attempt got one. It is what the
	// server said where Err is a rejection of a limit of ours, whose wait would have been
	// too long.
	Status int
	// Err is the error of the last attempt, or why the wait for a further one
	// ended. It is what Unwrap returns.
	Err error
	// Call is the ledger, with the outcome of every attempt. It keeps the request
	// alive: keep its text rather than the error.
	Call *transport.Call
}

// Error says how many attempts in what time, the last status, and the last error, redacted.
func (e *Error) Error() string {
	s := "retry: " + strconv.Itoa(e.Attempts) + " attempt"
	if e.Attempts != 1 {
		s += "s"
	}
	s += " in " + e.Elapsed.Round(time.Millisecond).String()
	if e.Status != 0 {
		s += ", the last response " + strconv.Itoa(e.Status)
	}
	return s + ": " + redact.Error(e.Err)
}

// noteRejected has the ledger, and so the log line of the call, say what the server said last where one of
// our layers did not send a further attempt: the error of that attempt does not.
func noteRejected(s *series, a *layer.Attempt, o Outcome) {
	if s.made > 1 && s.status != 0 && o.Verdict == verdict.Rejected && s.call.StopReason() == "" {
		s.call.SetStopReason(fmt.Sprintf("attempt %d was rejected, the last response %d", a.Number(), s.status))
	}
}

// Unwrap returns the last error.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is [ErrExhausted].
func (e *Error) Is(target error) bool { return target == ErrExhausted }

// Timeout reports whether the last error was a timeout.
func (e *Error) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// An AmbiguousError is the error of a request that got no response, is not
// idempotent and has no idempotency key: it may have done its work, or not. A policy
// with [Policy.MarkAmbiguous] or [Policy.Reconcile] returns it.
type AmbiguousError struct {
	// Method is the method of the request.
	Method string
	// Sent reports whether the request was handed to the base.
	Sent bool
	// Written reports whether net/http wrote the request in full. False proves
	// nothing: the server may act on a part.
	Written bool
	// Body is how many bytes of the request body net/http has read, to send them.
	Body int64
	// Err is the error of the transport, with that of [Policy.Reconcile] if it
	// failed.
	Err error
}

// Error names the method and the error, redacted.
func (e *AmbiguousError) Error() string {
	return "retry: " + redact.Text(e.Method) + " may have done its work: " + redact.Error(e.Err)
}

// Unwrap returns Err.
func (e *AmbiguousError) Unwrap() error { return e.Err }

// Is reports whether target is [ErrAmbiguous].
func (e *AmbiguousError) Is(target error) bool { return target == ErrAmbiguous }

// Timeout reports whether the error was a timeout.
func (e *AmbiguousError) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// pairError is the error of an attempt together with the failure because of which no
// further attempt followed.
type pairError struct {
	err, other error
	what       string // what failed, as the prefix of its text
}

func (e *pairError) Error() string {
	return redact.Error(e.err) + " (no further attempt: " + e.what + redact.Error(e.other) + ")"
}

func (e *pairError) Unwrap() []error { return []error{e.err, e.other} }

func (e *pairError) Timeout() bool { return ctxerr.IsTimeout(e.err) }
