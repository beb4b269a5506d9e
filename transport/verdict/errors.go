package verdict

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
)

// callerGone reports whether the caller has given up. http.Client ends a request at
// its Timeout by the context and by the deprecated Cancel; either may come first.
func callerGone(req *http.Request) bool {
	select {
	case <-req.Cancel: //nolint:staticcheck // http.Client still uses it
		return true
	default:
		return req.Context().Err() != nil
	}
}

// malformed reports whether net/http would never send req.
func malformed(req *http.Request, err error) bool {
	switch {
	case req.URL == nil, req.URL.Host == "", req.Header == nil:
		return true
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return true
	}
	// The errors of net/http for an invalid method, header or value have no type.
	return strings.Contains(err.Error(), "net/http: invalid ")
}

// final reports whether the same request would fail in the same way again.
func final(err error) bool {
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return string(e.RecordHeader[:]) == "HTTP/" // a server without TLS
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.IsNotFound
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok
}

// Unsent reports whether err proves that no byte of the request left: a layer
// rejected it, or the connection was never made.
func Unsent(err error) bool {
	if errors.Is(err, ErrRejected) {
		return true
	}
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// Idempotent reports whether req may be sent twice without doing its work
// twice: GET, HEAD, OPTIONS, TRACE, PUT, DELETE (RFC 9110, section 9.2.2),
// QUERY, or any method with an Idempotency-Key or X-Idempotency-Key header.
func Idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace,
		http.MethodPut, http.MethodDelete, "QUERY":
		return true
	}
	return len(req.Header["Idempotency-Key"]) > 0 || len(req.Header["X-Idempotency-Key"]) > 0
}
