package otel

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/transport/verdict"
)

// errorType returns the class of an error, for the attribute error.type: one of a few words, and
// never its text. The context is that of the request.
func errorType(ctx context.Context, err error) string {
	if timedOut(ctx, err) {
		return "timeout"
	}
	if _, is := errors.AsType[*verdict.CheckError](err); is {
		return "check_failed"
	}
	if _, is := errors.AsType[*net.DNSError](err); is {
		return "dns_error"
	}
	if tlsError(err) {
		return "tls_error"
	}
	for _, class := range []struct {
		err  error
		name string
	}{
		{verdict.ErrRejected, "rejected"},
		{context.Canceled, "canceled"},
		{syscall.ECONNREFUSED, "connection_refused"},
		{syscall.ECONNRESET, "connection_reset"},
		{syscall.EPIPE, "connection_reset"},
		{io.ErrUnexpectedEOF, "unexpected_eof"},
		{io.EOF, "unexpected_eof"},
	} {
		if errors.Is(err, class.err) {
			return class.name
		}
	}
	if op, is := errors.AsType[*net.OpError](err); is && op.Op == "dial" {
		return "connect_error"
	}
	return other
}

// timedOut reports whether a time limit ended the request: that of an outer layer cancels the
// context, and only its cause says why.
func timedOut(ctx context.Context, err error) bool {
	if errors.Is(err, verdict.ErrRejected) {
		return false
	}
	if ctxerr.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	cause := context.Cause(ctx)
	return errors.Is(err, context.Canceled) && cause != nil && (ctxerr.IsTimeout(cause) || errors.Is(cause, context.DeadlineExceeded))
}

// tlsError reports whether a handshake or a record failed.
func tlsError(err error) bool {
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return true
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is {
		return true
	}
	_, is := errors.AsType[tls.AlertError](err)
	return is
}
