package errtype_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/errtype"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestErrorTypes(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for want, errs := range map[string][]error{
		"timeout":            {context.DeadlineExceeded, os.ErrDeadlineExceeded, &net.DNSError{IsTimeout: true}, dial(os.ErrDeadlineExceeded)},
		"canceled":           {context.Canceled, &url.Error{Op: "Get", URL: "http://a.test", Err: context.Canceled}},
		"dns_error":          {dial(&net.DNSError{Err: "no such host", IsNotFound: true})},
		"connection_refused": {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))},
		"connection_reset":   {syscall.ECONNRESET, syscall.EPIPE},
		"connect_error":      {dial(syscall.EHOSTUNREACH)},
		"tls_error":          {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, tls.RecordHeaderError{}, tls.AlertError(40)},
		"unexpected_eof":     {io.EOF, io.ErrUnexpectedEOF},
		"rejected":           {fmt.Errorf("%w: deadline: %w", verdict.ErrRejected, context.DeadlineExceeded)},
		"check_failed":       {&verdict.CheckError{Err: errors.New("not ready")}},
		"_OTHER":             {errors.New("key=secret")},
	} {
		for _, err := range errs {
			if got := errtype.Of(t.Context(), fmt.Errorf("wrapped: %w", err)); got != want {
				t.Errorf("%v: %q, want %q", err, got, want)
			}
		}
	}
}

// If a context has a cause, net/http returns the cause as the error, which need not say how the
// context ended.
func TestTheContextSaysWhatItsCauseDoesNot(t *testing.T) {
	own := errors.New("the job is over")
	late, cancel := context.WithDeadlineCause(t.Context(), time.Now(), own)
	defer cancel()
	stopped, stop := context.WithCancelCause(t.Context())
	stop(own)
	for _, tc := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{late, own, "timeout"},
		{late, context.Canceled, "timeout"},
		{late, net.ErrClosed, "timeout"},
		{late, syscall.ECONNRESET, "connection_reset"},
		{late, fmt.Errorf("%w: %w", verdict.ErrRejected, context.DeadlineExceeded), "timeout"},
		{late, fmt.Errorf("%w: %w", verdict.ErrRejected, own), "rejected"},
		{stopped, own, "canceled"},
		{t.Context(), own, "_OTHER"},
	} {
		if got := errtype.Of(tc.ctx, fmt.Errorf("wrapped: %w", tc.err)); got != tc.want {
			t.Errorf("context %v, %v: %q, want %q", tc.ctx.Err(), tc.err, got, tc.want)
		}
	}
}

// A limit of an outer layer cancels the context. The cause says that it was a limit.
func TestACauseSaysWhyAContextWasCanceled(t *testing.T) {
	for want, cause := range map[string]error{"timeout": context.DeadlineExceeded, "canceled": errors.New("shutting down")} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if got := errtype.Of(ctx, context.Canceled); got != want {
			t.Errorf("cause %v: %q, want %q", cause, got, want)
		}
	}
}
