package store

import (
	"net/http"
	"net/url"
	"time"
)

// An Exchange is a request and its outcome, redacted.
//
// Response is nil if none arrived. Fault is nil unless the transport failed. Both are set if the
// body of the response broke off, or its caller left.
type Exchange struct {
	ID       ID
	Key      Key
	Request  Request
	Response *Response
	Fault    *Fault

	Start     time.Time     // when the request started, to the microsecond
	FirstByte time.Duration // from Start to the headers or the error
	Total     time.Duration // from Start to the end of the body

	Attempt  int    // which attempt of its call it was, from 1
	Route    string // path template of the call
	Complete bool   // the response was read to its end; of others, those of CallerLeft alone are replayed

	// Masked says that secrets in the body of the response were masked, so it is not what the
	// server sent.
	Masked bool

	// Identity is the keyed hash of the credential, Secrets that of a body with secrets in it.
	// Each has IdentitySize bytes, or is nil. Both are part of Key.
	Identity, Secrets []byte

	missingBody int64  // length of a response body that the store keeps apart
	unknown     []byte // fields of later versions, kept as they came
}

// CallerLeft reports whether the caller closed the body of the response, or canceled its request,
// before the body had ended. The body is then what the caller had been given, and the rest is not
// known. x is not Complete, and its Fault is of [FaultCallerLeft].
func (x *Exchange) CallerLeft() bool {
	return !x.Complete && x.Response != nil && x.Fault != nil && x.Fault.Kind == FaultCallerLeft
}

// A Request is the redacted request of an exchange.
type Request struct {
	Method   string
	URL      string
	Host     string // the Host header where it is not the URL's host
	Header   http.Header
	Body     []byte // nil if it was longer than Options.MaxRequest of the tape
	BodySize int64  // bytes sent
	// BodySum is the SHA-256 of a body too long to be kept, else nil.
	BodySum []byte
}

// ParseURL returns the URL of the request. It never returns nil: a URL that cannot be parsed is
// returned as its Opaque part.
func (r *Request) ParseURL() *url.URL {
	u := new(url.URL) // inlined, on the stack of a caller that does not keep it
	r.parse(u)
	return u
}

func (r *Request) parse(u *url.URL) {
	if plain, ok := plainURL(r.URL); ok {
		*u = plain
		return
	}
	if parsed, err := url.Parse(r.URL); err == nil {
		*u = *parsed
		return
	}
	*u = url.URL{Opaque: r.URL}
}

// A Response is the redacted response of an exchange.
type Response struct {
	Status           string // "404 Not Found"
	StatusCode       int
	Proto            string // "HTTP/2.0"
	Header           http.Header
	Trailer          http.Header
	Body             []byte
	NoBody           bool  // the body was http.NoBody
	ContentLength    int64 // -1 if it was not known
	TransferEncoding []string
	Uncompressed     bool // the transport had decompressed Body
	Close            bool // the connection was to be closed
	// Pieces say how Body arrived. Nil means all of it with the headers. What follows the last
	// piece belongs to it.
	Pieces []Piece
}
