package retry

import (
	"math/bits"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/keyhash"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/internal/origin"
)

// A fingerprint is what a request has in common with the one that an SDK sends in its place after a
// failure. It consists of keyed hashes, so nothing of a request can be read from it. It has only
// the length of the body, since reading the body would take it from the base.
type fingerprint struct {
	// full hashes the method, the URL, the length of the body, and every header except those that
	// are written anew for each attempt.
	full uint64
	// core is like full, but has only the headers that say what is requested and for whom.
	core uint64
	// place is core without the host.
	place uint64
	// done is the channel of the caller's context, or nil if that cannot end. It identifies the
	// context: an SDK may have derived its own from the caller's, for values.
	done <-chan struct{}
	// url is the URL of the request. A request that is sent again unchanged, perhaps to another
	// host, has the same pointer.
	url *url.URL
}

// evidence is what requests that one caller made from each other have in common: what is requested,
// and either the context or the address of the URL.
type evidence struct {
	what uint64
	done <-chan struct{}
	url  uintptr
}

func (p fingerprint) context() evidence { return evidence{what: p.core, done: p.done} }
func (p fingerprint) object() evidence {
	return evidence{what: p.place, url: reflect.ValueOf(p.url).Pointer()}
}

// fingerprintOf returns the fingerprint of a request as the caller made it.
func fingerprintOf(seed keyhash.Seed, req *http.Request) fingerprint {
	length := uint64(0)
	if req.Body != nil && req.Body != http.NoBody {
		length = uint64(req.ContentLength) + 2 // + 2, since -1 means unknown
	}
	place, host, rest := join(seed.Of(match.Method(req)), length), uint64(0), uint64(0)
	if req.URL != nil {
		place += hashURL(seed, req.URL)
		to := hostKey(origin.HostOf(req.URL))
		host = join(seed.Of(ascii.Lower(req.URL.Scheme)), seed.Of(to))
		if h := hostKey(origin.CanonicalHost(req.URL.Scheme, req.Host)); h != "" && h != to {
			host = join(host, seed.Of(h))
		}
	}
	for name, values := range req.Header {
		name = textproto.CanonicalMIMEHeaderKey(name)
		kind := headerKind(name)
		if kind == rewritten {
			continue
		}
		sum := uint64(0)
		for _, v := range values {
			sum += join(seed.Of(name), seed.Of(lasting(name, v)))
		}
		if kind == naming {
			place += sum
		} else {
			rest += sum
		}
	}
	core := join(place, host)
	return fingerprint{full: join(core, rest), core: core, place: place, done: req.Context().Done(), url: req.URL}
}

// join mixes two hashes. The order matters.
func join(a, b uint64) uint64 {
	const odd = 0x9e3779b97f4a7c15
	return (bits.RotateLeft64(a, 29)*odd ^ b) * odd
}

// hashURL hashes a URL without its host and without what a signature changes in each attempt.
func hashURL(seed keyhash.Seed, u *url.URL) uint64 {
	h := join(seed.Of(u.Opaque), seed.Of(u.Path))
	h = join(h, seed.Of(u.RawPath))
	if u.User != nil {
		h = join(h, seed.Of(u.User.String()))
	}
	signed := false
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		signed = signed || isSignature(p)
	}
	for p := range strings.SplitSeq(u.RawQuery, "&") {
		if !signed || !ofSignature(p) {
			h += join(seed.Of("?"), seed.Of(p))
		}
	}
	return h
}

// isSignature reports whether a parameter of a query is a signature of the URL.
func isSignature(param string) bool {
	return named(param, "x-amz-signature", "x-goog-signature", "sig", "signature", "oauth_signature", "auth_signature", "sign")
}

// ofSignature reports whether a parameter of a signed URL changes with its signature. In an
// unsigned URL a time is part of what is requested.
func ofSignature(param string) bool {
	return isSignature(param) || named(param, "x-amz-date", "x-amz-credential", "x-amz-security-token", "x-amz-expires",
		"x-goog-date", "x-goog-credential", "x-goog-expires",
		"se", "st", "ske", "skt", "expires", "date", "time", "timestamp", "ts", "nonce",
		"oauth_timestamp", "oauth_nonce", "auth_timestamp")
}

// named reports whether a parameter of a query has one of the names.
func named(param string, names ...string) bool {
	name, _, _ := strings.Cut(param, "=")
	return foldsTo(name, names...)
}

// foldsTo reports whether s is one of the names, whatever the case of ASCII letters.
func foldsTo(s string, names ...string) bool {
	for _, n := range names {
		if ascii.EqualFold(s, n) {
			return true
		}
	}
	return false
}

// lasting returns the part of a header's value that is the same in each attempt.
func lasting(name, value string) string {
	switch name {
	case "Authorization", "Proxy-Authorization":
		scheme, _, _ := strings.Cut(value, " ")
		if foldsTo(scheme, "bearer", "basic", "token", "apikey") {
			return value
		}
		return scheme // the rest is a signature, which differs in each attempt
	case "Content-Type":
		t, _, _ := strings.Cut(value, ";")
		return t // without the boundary of a form
	}
	return value
}

// kind says what a header means for the fingerprint.
type kind uint8

const (
	other     kind = iota
	naming         // says what is requested, and for whom
	rewritten      // written anew for each attempt
)

// headerKind returns the kind of a header by the words of its canonical name.
func headerKind(name string) kind {
	switch name {
	case "User-Agent", "Connection", "Content-Length", "Transfer-Encoding", "Expect", // about sending
		"Amz-Sdk-Request", "X-Goog-Api-Client": // with the number of the attempt
		return rewritten
	case "Content-Type":
		return naming
	}
	k, before := other, ""
	for word := range strings.SplitSeq(name, "-") {
		switch word {
		case "Date", "Time", "Timestamp", "Timeout", "Deadline", "Signature", "Nonce",
			"Attempt", "Attempts", "Retry", "Retries", "Trace", "Traceparent", "Tracestate", "Baggage", "B3", "Invocation":
			return rewritten
		case "Id":
			switch before {
			case "Request", "Correlation", "Transaction", "Span":
				return rewritten
			}
		case "Authorization", "Key", "Token", "Range", "If", "Idempotency", "Target", "Override", "Soapaction", "Action",
			"Account", "Cookie", "Customer", "Organization", "Project", "Tenant", "Workspace": // requests for several of these may share a context
			k = naming
		}
		before = word
	}
	return k
}
