package network

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

// operation is an error of a connection, wrapped as a driver does it.
func operation(op string, err error) error {
	return fmt.Errorf("of the driver: %w", &net.OpError{Op: op, Net: "tcp", Err: err})
}

func TestWhatIsLost(t *testing.T) {
	for _, err := range []error{
		io.EOF,
		fmt.Errorf("of the driver: %w", io.ErrUnexpectedEOF),
		net.ErrClosed,
		syscall.ECONNRESET,
		syscall.EPIPE,
		operation("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)),
		operation("dial", os.NewSyscallError("connect", syscall.EHOSTUNREACH)),
		operation("dial", os.NewSyscallError("connect", syscall.ENETUNREACH)),
		operation("dial", os.NewSyscallError("connect", syscall.ENOENT)), // the socket of a server that is being started
		operation("dial", &net.DNSError{Name: "db.test", Err: "server misbehaving", IsTemporary: true}),
		operation("read", os.NewSyscallError("read", syscall.ETIMEDOUT)),
		operation("write", os.NewSyscallError("write", syscall.ENETDOWN)),
		&net.DNSError{Name: "db.test", Err: "i/o timeout", IsTimeout: true},
	} {
		if !Lost(err) {
			t.Errorf("%v is not lost", err)
		}
	}
	for _, err := range []error{
		nil,
		context.Canceled,
		context.DeadlineExceeded,
		errors.New("syntax error"),
		&net.DNSError{Name: "db.test", Err: "no such host", IsNotFound: true},
		operation("dial", &net.DNSError{Name: "db.test", Err: "no such host", IsNotFound: true}),
		operation("dial", os.NewSyscallError("connect", syscall.EACCES)),
		operation("remote error", errors.New("tls: bad certificate")),
	} {
		if Lost(err) {
			t.Errorf("%v is lost", err)
		}
	}
}
