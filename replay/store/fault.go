package store

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// A FaultKind says which error a recorded fault matches with errors.Is.
type FaultKind string

// The kinds of faults. Any other error is recorded as FaultOther. It keeps its text and whether
// it was a timeout, but matches nothing.
const (
	FaultOther         FaultKind = ""
	FaultDeadline      FaultKind = "deadline" // context.DeadlineExceeded
	FaultEOF           FaultKind = "eof"      // io.EOF
	FaultUnexpectedEOF FaultKind = "cut"      // io.ErrUnexpectedEOF
	FaultConnRefused   FaultKind = "refused"  // syscall.ECONNREFUSED
	FaultConnReset     FaultKind = "reset"    // syscall.ECONNRESET
	FaultBrokenPipe    FaultKind = "pipe"     // syscall.EPIPE
	FaultHostNotFound  FaultKind = "nohost"   // errors.As finds a *net.DNSError that says not found
	FaultCallerLeft    FaultKind = "left"     // no fault of the server: see [Exchange.CallerLeft]
)

type kindError struct {
	kind FaultKind
	err  error
}

// kindErrors lists the kinds that stand for a sentinel. The first match counts.
func kindErrors() []kindError {
	return []kindError{
		{FaultDeadline, context.DeadlineExceeded},
		{FaultUnexpectedEOF, io.ErrUnexpectedEOF},
		{FaultEOF, io.EOF},
		{FaultConnRefused, syscall.ECONNREFUSED},
		{FaultConnReset, syscall.ECONNRESET},
		{FaultBrokenPipe, syscall.EPIPE},
	}
}

// A Fault is a recorded transport error, and the error that replaying it returns. It implements
// [net.Error].
type Fault struct { //nolint:errname // a record first, an error when it is replayed
	Text      string // redacted
	Kind      FaultKind
	IsTimeout bool
}

// FaultOf returns what callers can find out about an error: its text, which the caller of FaultOf
// must redact, its kind, and whether it is a timeout.
func FaultOf(err error) *Fault {
	f := &Fault{Text: err.Error()}
	var ne net.Error
	f.IsTimeout = errors.As(err, &ne) && ne.Timeout()
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		f.Kind = FaultHostNotFound
		return f
	}
	for _, k := range kindErrors() {
		if errors.Is(err, k.err) {
			f.Kind = k.kind
			break
		}
	}
	return f
}

// Error returns the text of the error that was recorded.
func (f *Fault) Error() string { return f.Text }

// Timeout reports whether the error was a timeout.
func (f *Fault) Timeout() bool { return f.IsTimeout }

// Temporary reports false; [net.Error] needs it.
func (f *Fault) Temporary() bool { return false }

// Unwrap returns the error that the kind stands for, or nil for FaultOther.
func (f *Fault) Unwrap() error {
	if f.Kind == FaultHostNotFound {
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	for _, k := range kindErrors() {
		if f.Kind == k.kind {
			return k.err
		}
	}
	return nil
}
