// Package errtype names the class of an error, for the attribute error.type of OpenTelemetry.
package errtype

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

// Timeout is the class of an error if a time limit ended the request.
const Timeout = "timeout"

// Of returns the class of an error. It is one of a few words, among them _OTHER, and never the text
// of the error. ctx is the context of the request.
func Of(ctx context.Context, err error) string {
	if timedOut(ctx, err) {
		return Timeout
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
	if errors.Is(err, context.Canceled) && ctxerr.PassedOn(ctx, err) {
		return "canceled" // also if the wait of a hook passes it on as a rejection
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
	switch { // an error that says nothing itself, such as the cause of the context: ask the context
	case ctxerr.TimedOut(ctx):
		return Timeout
	case ctx.Err() != nil:
		return "canceled"
	}
	return "_OTHER"
}

// timedOut reports whether a time limit ended the request. If the error says only that the context
// was canceled, the context knows why.
func timedOut(ctx context.Context, err error) bool {
	if errors.Is(err, verdict.ErrRejected) && !ctxerr.PassedOn(ctx, err) {
		return false
	}
	if ctxerr.ByLimit(err) {
		return true
	}
	return errors.Is(err, context.Canceled) && ctxerr.TimedOut(ctx)
}

// tlsError reports whether a TLS handshake or record failed.
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
