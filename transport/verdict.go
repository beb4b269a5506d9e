package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
)

// A Verdict is what the outcome of an attempt means. It is judged once per
// attempt and shared by all layers.
type Verdict uint8

// The verdicts.
const (
	Unjudged  Verdict = iota // the attempt runs, or ran under nobody's eyes
	OK                       // accepted, or a redirect that the client follows
	Retryable                // a fault that another attempt may not meet
	Throttled                // the server asked for fewer calls
	Permanent                // an answer or error that another attempt would meet again
	Ambiguous                // sent, no answer, and not safe to send again
	Canceled                 // the caller's context ended
	Refused                  // one of our layers sent nothing
)

func (v Verdict) String() string {
	return name(v, "unjudged", "ok", "retryable", "throttled", "permanent", "ambiguous", "canceled", "refused")
}

// ErrRefused is what every error matches, by errors.Is, with which a layer of
// ours refuses to send: nothing has left.
var ErrRefused = errors.New("transport: refused, nothing was sent")

// Judge is the default judgement of one outcome, a pure function of the wire
// facts and of what the caller expects. The check of e is not run.
//
//   - an error of a refusal is Refused; one that is context.Canceled or came
//     with the end of the request's context is Canceled;
//   - errors that another attempt would meet again (an unknown host, a bad
//     certificate, a malformed request) are Permanent;
//   - other errors are Retryable where the request is idempotent
//     ([Idempotent]) or was provably not sent, else Ambiguous;
//   - a status that e accepts and a redirect with a Location are OK;
//   - 429, and 503 with Retry-After or a dialect of it, are Throttled;
//   - 408, 425, 500, 502, 503, 504 and 529 are Retryable; the rest is Permanent.
func Judge(req *http.Request, resp *http.Response, err error, e Expect) Verdict {
	if err != nil {
		return judgeError(req, err)
	}
	if resp == nil {
		return Unjudged
	}
	s := resp.StatusCode
	switch {
	case e.Accepts(s), followed(resp), s == http.StatusSwitchingProtocols && !e.Only:
		return OK
	case s == http.StatusTooManyRequests,
		s == http.StatusServiceUnavailable && hinted(resp):
		return Throttled
	}
	switch s {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529:
		return Retryable
	}
	return Permanent
}

func hinted(resp *http.Response) bool {
	_, ok := hint.After(resp.Header, time.Now())
	return ok
}

func followed(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

func judgeError(req *http.Request, err error) Verdict {
	switch {
	case errors.Is(err, ErrRefused):
		return Refused
	case left(req), errors.Is(err, context.Canceled):
		return Canceled
	case malformed(req, err), final(err):
		return Permanent
	case Idempotent(req), Unsent(err):
		return Retryable
	}
	return Ambiguous
}

// settled is what a verdict becomes where a layer has made the request idempotent.
func (c *Call) settled(v Verdict) Verdict {
	if v == Ambiguous && c.flags.Load()&callKeyed != 0 {
		return Retryable
	}
	return v
}

// left reports whether the caller has gone. http.Client tells its Timeout by the
// deprecated channel as well, which may come first.
func left(req *http.Request) bool {
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
	// These errors have no type.
	return strings.Contains(err.Error(), "net/http: invalid ")
}

// final reports whether sending the same request again would fail the same way.
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

// Unsent reports whether err proves that no byte of the request left: the
// connection was never made.
func Unsent(err error) bool {
	if errors.Is(err, ErrRefused) {
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
