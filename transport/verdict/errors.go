package verdict

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
)

// malformed reports whether the base would never send req.
func malformed(req *http.Request, err error) bool {
	switch {
	case req.URL == nil, req.URL.Host == "", req.Header == nil:
		return true
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if invalid(err.Error()) {
			return true
		}
	}
	return false
}

// invalid reports whether a text is that of an error of net/http, of golang.org/x/net/http2 or of quic-go for a request
// that it does not write: they have no type. Only its start counts: the rest may be what the server sent.
func invalid(text string) bool {
	for _, part := range [...]string{
		"net/http: invalid ", "http2: invalid ", "http: invalid Host header",
		"net/http: can't write control character", "http: Request.ContentLength=",
		"http2: request header list larger than peer's advertised limit", "http2: unencrypted HTTP/2 not enabled",
		"http3: unsupported protocol scheme", "http3: invalid method ", "http3: invalid http header field ",
	} {
		if strings.HasPrefix(text, part) {
			return true
		}
	}
	return false
}

// final reports whether the same request would fail in the same way again.
func final(err error) bool {
	if connectRejected(err) {
		return true
	}
	if e, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return string(e.RecordHeader[:]) == "HTTP/" // a server without TLS
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.IsNotFound
	}
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return true // such as a port above 65535
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

// Unsent reports whether err alone proves that no byte of the request left, or that the server did
// not look at it: a layer rejected it, the connection was never made, its TLS handshake took too
// long, or a server said that it has not processed the stream, over HTTP/2 (RFC 9113, sections 6.8
// and 8.7) or HTTP/3 (RFC 9114, section 4.1.1, as quic-go reports it). An error that wraps several
// proves it if each of them does, or if it is a rejection itself: one of them may be that of a request
// which was sent elsewhere. Other errors before the request was written do not prove it. For those a
// trace must show what happened (net/http/httptrace).
func Unsent(err error) bool {
	for err != nil && !unsent(err) {
		switch e := err.(type) { //nolint:errorlint // walks the tree
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			all := e.Unwrap()
			return len(all) > 0 && (slices.Contains(all, ErrRejected) || !slices.ContainsFunc(all, func(err error) bool { return !Unsent(err) }))
		default:
			return false
		}
	}
	return err != nil
}

// unsent is Unsent of an error without what it wraps.
func unsent(err error) bool {
	if err == ErrRejected { //nolint:errorlint // walks the tree
		return true
	}
	if e, ok := err.(interface{ Is(target error) bool }); ok && e.Is(ErrRejected) {
		return true
	}
	if e, ok := err.(*net.OpError); ok && (e.Op == "dial" || e.Op == "proxyconnect") { //nolint:errorlint // walks the tree
		return true
	}
	text := err.Error()
	return unprocessed(text) || unprocessedHTTP3(text)
}

// unprocessed reports whether the text of an error of net/http, which has no type, says that the
// server has not processed the request. Only its start counts: the rest may be what the server sent.
func unprocessed(text string) bool {
	if strings.HasPrefix(text, "net/http: TLS handshake timeout") ||
		strings.HasPrefix(text, "net/http: cannot rewind body after connection loss") {
		return true
	}
	why, ok := strings.CutPrefix(text, "http2: Transport: cannot retry err [")
	if ok {
		why, _, ok = strings.Cut(why, "] after Request.Body was written")
	} else {
		// This is how the first stream of a connection ends if it is above the last one that the
		// server has looked at. If the server may have looked at it, the end of the connection says
		// so.
		why, ok = strings.CutPrefix(text, "http2: Transport received GOAWAY from server ErrCode:")
	}
	// A server that reports a protocol error may have looked at the stream.
	return ok && !strings.Contains(why, "PROTOCOL_ERROR")
}

// unprocessedHTTP3 reports whether the text of an error of quic-go says that the server has not
// processed the request. The error has a type, but the library does not import it. Either the server
// has rejected the stream, and the transport cannot or will not send the request a third time, or no
// stream could be opened on two connections. A stream that breaks off in the body has its code
// alone.
func unprocessedHTTP3(text string) bool {
	text = strings.TrimPrefix(text, "http3: Transport: cannot retry err [")
	return strings.HasPrefix(text, "http3: conn unusable: ") ||
		strings.HasPrefix(text, "http3: parsing frame failed: H3_REQUEST_REJECTED") ||
		strings.HasPrefix(text, "http3: failed to read response headers: H3_REQUEST_REJECTED")
}

// connectRejected reports whether err is that of a proxy that responded to CONNECT with a status of
// 4xx. net/http makes that error from nothing but the text of the status.
func connectRejected(err error) bool {
	text := err.Error()
	for code := 400; code < 452; code++ {
		if code != http.StatusRequestTimeout && code != http.StatusTooManyRequests && text != "" && text == http.StatusText(code) {
			return true
		}
	}
	return false
}
