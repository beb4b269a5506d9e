package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// A fault matches the same sentinel as the error that it was made from.
func TestFaultOf(t *testing.T) {
	for _, c := range []struct {
		err     error
		kind    FaultKind
		is      error
		timeout bool
	}{
		{&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, FaultConnRefused, syscall.ECONNREFUSED, false},
		{fmt.Errorf("read: %w", syscall.ECONNRESET), FaultConnReset, syscall.ECONNRESET, false},
		{syscall.EPIPE, FaultBrokenPipe, syscall.EPIPE, false},
		{context.DeadlineExceeded, FaultDeadline, context.DeadlineExceeded, true},
		{io.EOF, FaultEOF, io.EOF, false},
		{io.ErrUnexpectedEOF, FaultUnexpectedEOF, io.ErrUnexpectedEOF, false},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, FaultHostNotFound, nil, false},
		{errors.New("something else"), FaultOther, nil, false},
	} {
		f := FaultOf(c.err)
		if f.Kind != c.kind || f.Text != c.err.Error() || f.Error() != f.Text || f.Timeout() != c.timeout || f.Temporary() {
			t.Errorf("%v: got %+v", c.err, f)
		}
		if c.is != nil && !errors.Is(f, c.is) {
			t.Errorf("%v: the fault does not match %v", c.err, c.is)
		}
		var dns *net.DNSError
		if errors.As(f, &dns) != (c.kind == FaultHostNotFound) {
			t.Errorf("%v: a DNS error is %v", c.err, dns)
		}
	}
}

// The kinds are on disk, so they must not change.
func TestFaultKindsOnDisk(t *testing.T) {
	for kind, want := range map[FaultKind]string{
		FaultOther: "", FaultDeadline: "deadline", FaultEOF: "eof", FaultUnexpectedEOF: "cut", FaultConnRefused: "refused",
		FaultConnReset: "reset", FaultBrokenPipe: "pipe", FaultHostNotFound: "nohost",
	} {
		if string(kind) != want {
			t.Errorf("got %q, want %q", kind, want)
		}
	}
}
