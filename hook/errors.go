package hook

import (
	"errors"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A VetoError is the error of a call that Before vetoed. It matches what Err matches and
// [verdict.ErrRejected], since nothing was sent.
type VetoError struct{ Err error }

// Error returns the text of Err, redacted.
func (e *VetoError) Error() string { return "hook: vetoed: " + redact.Error(e.Err) }

// Unwrap returns Err.
func (e *VetoError) Unwrap() error { return e.Err }

// Is reports whether target is [verdict.ErrRejected].
func (e *VetoError) Is(target error) bool { return target == verdict.ErrRejected }

// Timeout reports whether Err is a timeout.
func (e *VetoError) Timeout() bool { return ctxerr.IsTimeout(e.Err) }

// An Error is the error of a call that After failed, with [Hooks.FailOnError], or that could
// not reacquire what was suspended for the calls of a hook. It matches what Err and
// Outcome match, but [verdict.ErrRejected] only if Outcome does: that a call inside the
// hook was rejected does not mean that the hook's own call was not sent.
type Error struct {
	Err     error // the error of the hook, or of the failure to reacquire
	Outcome error // the error of the call, nil if it had a response
}

// Error returns the texts of both errors, redacted.
func (e *Error) Error() string {
	s := "hook: after: " + redact.Error(e.Err)
	if e.Outcome != nil {
		s += " (the call failed: " + redact.Error(e.Outcome) + ")"
	}
	return s
}

// Unwrap returns the error of the call, if any, and that of the hook.
func (e *Error) Unwrap() []error {
	if e.Outcome == nil {
		return []error{sent{e.Err}}
	}
	return []error{e.Outcome, sent{e.Err}}
}

// Timeout reports whether either error is a timeout.
func (e *Error) Timeout() bool { return ctxerr.IsTimeout(e.Outcome) || ctxerr.IsTimeout(e.Err) }

// sent is an error that matches what its inner error matches, except ErrRejected. A caller that
// finds that match assumes that the request was not sent and may send a POST again.
type sent struct{ err error }

// Error does not begin like the text of err, of which some say that a request was not sent.
func (s sent) Error() string { return "hook: " + s.err.Error() }

func (s sent) Is(target error) bool {
	return target != verdict.ErrRejected && errors.Is(s.err, target)
}

func (s sent) As(target any) bool { return errors.As(s.err, target) }
