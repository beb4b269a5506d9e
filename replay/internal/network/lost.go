package network

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
	"syscall"
)

// Lost reports whether err says that a connection broke or could not be made, so that another
// attempt may succeed. It is false for what no attempt changes: a name that does not exist, what the
// process may not do, and an alert of TLS.
func Lost(err error) bool {
	if de, ok := errors.AsType[*net.DNSError](err); ok {
		return !de.IsNotFound
	}
	if oe, ok := errors.AsType[*net.OpError](err); ok && !errors.Is(err, fs.ErrPermission) {
		return slices.Contains([]string{"dial", "read", "write"}, oe.Op) // other operations are alerts
	}
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
