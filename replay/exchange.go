package replay

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"
)

// An ID names an exchange and its place in time: the milliseconds of the Unix
// epoch at which the request started, and a counter. Within a tape IDs only
// grow, so their order is the order in which requests started.
type ID uint64

const idBits = 20

// IDAt returns the smallest ID of the moment t.
func IDAt(t time.Time) ID {
	return ID(max(t.UnixMilli(), 0)) << idBits //nolint:gosec // not negative
}

// Time returns the moment of the ID, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id >> idBits)) } //nolint:gosec // 44 bits

// A Key says which requests are the same to a tape. Method, Host and Path are
// readable, so that a store can keep neighbours together; Sum is the SHA-256
// of the whole canonical request, these three included, and decides alone.
type Key struct {
	Method, Host, Path string
	Sum                [sha256.Size]byte
}

// An Exchange is a request and what came of it, redacted.
//
// Response is nil if no answer came; Fault is nil unless the transport failed.
// Both are set if the body of the answer broke off.
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
	Complete bool   // the answer was read to its end; others are never replayed

	blob    int64  // length of a body that the store keeps apart
	unknown []byte // fields of later versions, kept as they came
}

// A Request is the redacted request of an exchange.
type Request struct {
	Method   string
	URL      string
	Host     string // the Host header where it is not the URL's host
	Header   http.Header
	Body     []byte // nil if it was longer than Options.MaxRequest
	BodySize int64  // bytes sent
	// BodySum is the SHA-256 of a body too long to be kept, else nil.
	BodySum []byte
}

// A Response is the redacted answer of an exchange.
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
	Close            bool
}

// size is about how much memory an exchange takes.
func (x *Exchange) size() int64 {
	n := 512 + len(x.Request.URL) + len(x.Request.Body) + len(x.unknown)
	n += headerSize(x.Request.Header)
	if r := x.Response; r != nil {
		n += len(r.Body) + headerSize(r.Header) + headerSize(r.Trailer)
	}
	return int64(n)
}

func headerSize(h http.Header) int {
	n := 0
	for k, vs := range h {
		n += 64 + len(k)
		for _, v := range vs {
			n += 16 + len(v)
		}
	}
	return n
}

// status is what an index keeps of the outcome: 0 for a fault.
func (x *Exchange) status() int {
	if x.Response == nil {
		return 0
	}
	return x.Response.StatusCode
}

// steady reports whether an outcome may stand for all later ones: a sequence
// that ends in a fault, a 429 or a 5xx is one that was broken off.
func (x *Exchange) steady() bool {
	return x.Fault == nil && x.status() < 500 && x.status() != http.StatusTooManyRequests
}

// bad reports what Options.DiscardBad leaves out.
func (x *Exchange) bad() bool { return x.Fault != nil || x.status() >= 400 }

func methodOf(m string) string {
	if m == "" {
		return http.MethodGet
	}
	return m
}

func lowerHost(scheme, host string) string {
	host = strings.ToLower(host)
	switch strings.ToLower(scheme) {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}
