package roundtriptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// errorCases are about the errors of the base.
func errorCases() []testCase {
	return []testCase{{
		name:   "error-kept",
		reason: "callers and outer layers decide by errors.Is and errors.As; a wrapper that does not unwrap hides what happened",
		run:    errorKept,
	}, {
		name:   "error-timeout-kept",
		reason: "url.Error.Timeout asks the error directly, without unwrapping: a wrapper made with %w turns a timeout into something else",
		run:    errorTimeoutKept,
	}, {
		name:   "error-no-partial-response",
		reason: "when every attempt failed the caller gets the error, not an invented response",
		run: func(p *probe) {
			resp, err := p.trip(p.layer(Script(Step{Err: errBase})), p.request(context.Background(), "/error"))
			if resp != nil {
				p.errorf("next failed; the caller got a %d", resp.StatusCode)
			}
			dispose(resp, err)
		},
	}, {
		name:   "error-without-secrets",
		reason: "errors are logged: what a layer adds to the text must not be the query, a credential or a body",
		run:    errorWithoutSecrets,
	}}
}

// timeout reports whether err is a timeout. It asks err alone, as net/http does, not the
// errors that it wraps.
func timeout(err error) bool {
	t, ok := err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}

// faults returns errors that a transport may return.
func faults() []error {
	return []error{
		errBase,
		io.EOF,
		io.ErrUnexpectedEOF,
		&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)},
		&net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)},
		net.ErrClosed,
		errors.New("http: server closed idle connection"), // net/http exports neither this one nor the next
		errors.New("http2: Transport received Server's graceful shutdown GOAWAY"),
		&net.DNSError{Err: "no such host", Name: "one.example", IsNotFound: true},
		&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		&url.Error{Op: "proxyconnect", Err: errBase},
		http.ErrSkipAltProtocol,
	}
}

// timeouts returns errors of a transport that report a timeout.
func timeouts() []error {
	return []error{
		os.ErrDeadlineExceeded,
		&net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded},
		&net.DNSError{Err: "i/o timeout", Name: "one.example", IsTimeout: true},
	}
}

func errorKept(p *probe) {
	for _, want := range faults() {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			req, _ := p.post(context.Background(), method, "", true)
			req.Body, req.GetBody = nil, nil
			resp, err := p.trip(p.layer(Script(Step{Err: want})), req)
			dispose(resp, err)
			p.checkErr(method, err, want)
			var op, wantOp *net.OpError
			if errors.As(want, &wantOp) && (!errors.As(err, &op) || op != wantOp) {
				p.errorf("%s: error %v does not lead to the *net.OpError by errors.As", method, err)
			}
		}
	}
}

func errorTimeoutKept(p *probe) {
	for _, want := range timeouts() {
		rt := p.layer(Script(Step{Err: want}))
		resp, err := p.trip(rt, p.request(context.Background(), "/timeout"))
		dispose(resp, err)
		if err == nil || !timeout(err) {
			p.errorf("%T: the error %v no longer reports a timeout", want, err)
		}
		_, err = (&http.Client{Transport: rt}).Do(p.request(context.Background(), "/timeout"))
		var outer *url.Error
		if !errors.As(err, &outer) || !outer.Timeout() {
			p.errorf("%T: the *url.Error %v of http.Client no longer reports a timeout", want, err)
		}
	}
	resp, err := p.trip(p.layer(Script(Step{Err: errBase})), p.request(context.Background(), "/timeout"))
	dispose(resp, err)
	if err != nil && timeout(err) {
		p.errorf("an error that is not a timeout, %v, reports one", err)
	}
}

func errorWithoutSecrets(p *probe) {
	secrets := []string{"querysecret", "headersecret", "bodysecret", "passsecret", "cookiesecret"}
	for what, steps := range map[string][]Step{
		"error": {{Err: errBase}}, "hanging": {{Hang: true}}, "503, then error": {{Status: 503, Body: "later"}, {Err: errBase}},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 4e9)
		req, _ := p.post(ctx, http.MethodPut, "bodysecret", true)
		req.URL.RawQuery = "api_key=querysecret"
		req.URL.User = url.UserPassword("user", "passsecret")
		req.Header.Set("Authorization", "Bearer headersecret")
		req.Header.Set("Cookie", "session=cookiesecret")
		resp, err := p.trip(p.layer(Script(steps...)), req)
		dispose(resp, err)
		cancel()
		if err == nil {
			continue
		}
		for _, secret := range secrets {
			if containsFold(err.Error(), secret) {
				p.errorf("%s: the error %q shows %q", what, err, secret)
			}
		}
	}
}
