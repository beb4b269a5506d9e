package replay

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// A FaultKind is what a taped error answers to by [errors.Is].
type FaultKind string

// The kinds of faults. Any other error is taped as FaultOther: it keeps its
// text, and whether it was a timeout, but matches nothing.
const (
	FaultOther    FaultKind = ""
	FaultDeadline FaultKind = "deadline" // context.DeadlineExceeded
	FaultEOF      FaultKind = "eof"      // io.EOF
	FaultCut      FaultKind = "cut"      // io.ErrUnexpectedEOF
	FaultRefused  FaultKind = "refused"  // syscall.ECONNREFUSED
	FaultReset    FaultKind = "reset"    // syscall.ECONNRESET
	FaultPipe     FaultKind = "pipe"     // syscall.EPIPE
	FaultNoHost   FaultKind = "nohost"   // errors.As finds a *net.DNSError that says not found
)

type faultError struct {
	kind FaultKind
	err  error
}

func faultErrors() []faultError {
	return []faultError{
		{FaultDeadline, context.DeadlineExceeded},
		{FaultCut, io.ErrUnexpectedEOF},
		{FaultEOF, io.EOF},
		{FaultRefused, syscall.ECONNREFUSED},
		{FaultReset, syscall.ECONNRESET},
		{FaultPipe, syscall.EPIPE},
	}
}

// A Fault is a transport error on a tape, and the error that replaying it
// returns. It implements [net.Error].
type Fault struct { //nolint:errname // a record first, an error when it is replayed
	Text      string // redacted
	Kind      FaultKind
	IsTimeout bool
}

// faultOf keeps of err what a caller can ask it; redact cleans the text.
func faultOf(err error, redact func(string) string) *Fault {
	f := &Fault{Text: redact(err.Error())}
	var ne net.Error
	f.IsTimeout = errors.As(err, &ne) && ne.Timeout()
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		f.Kind = FaultNoHost
		return f
	}
	for _, k := range faultErrors() {
		if errors.Is(err, k.err) {
			f.Kind = k.kind
			break
		}
	}
	return f
}

// Error returns the text of the error that was taped.
func (t *Fault) Error() string { return t.Text }

// Timeout reports whether the error was a timeout.
func (t *Fault) Timeout() bool { return t.IsTimeout }

// Temporary reports false; it is there for [net.Error].
func (t *Fault) Temporary() bool { return false }

// Unwrap returns the error that the kind stands for, nil for FaultOther.
func (t *Fault) Unwrap() error {
	if t.Kind == FaultNoHost {
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	for _, k := range faultErrors() {
		if t.Kind == k.kind {
			return k.err
		}
	}
	return nil
}
