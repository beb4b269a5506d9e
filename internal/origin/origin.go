// Package origin compares URLs by their origin (RFC 6454): where a credential, an
// idempotency key or a page may follow a redirect is decided by it, so there is
// one place for it.
package origin

import (
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
)

// An Origin is a scheme, host and port, in lower case and with the default port
// written out. Origins are equal exactly if they are the same by RFC 6454,
// section 5.
type Origin struct{ Scheme, Host, Port string }

// Of returns the origin of u.
func Of(u *url.URL) Origin {
	o := Origin{Scheme: ascii.Lower(u.Scheme), Host: ascii.Lower(u.Hostname()), Port: u.Port()}
	if o.Port == "" {
		o.Port = DefaultPort(o.Scheme)
	}
	return o
}

// Same reports whether a and b have the same origin. A nil URL has none.
func Same(a, b *url.URL) bool { return a != nil && b != nil && Of(a) == Of(b) }

// DefaultPort returns the port of a scheme, "" for one that is not HTTP's.
func DefaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// String returns the origin as it is written, without a default port.
func (o Origin) String() string {
	host := o.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.Port != DefaultPort(o.Scheme) {
		host += ":" + o.Port
	}
	return o.Scheme + "://" + host
}
