// Package origin compares URLs by their origin (RFC 6454). The origin decides where a credential,
// an idempotency key or a page may follow a redirect, and what shares a limit, a pause or a budget,
// so there is one place for it. A name with a trailing dot is different from the one without. A
// name outside of ASCII stays as it is spelled.
package origin

import (
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/ascii"
)

// An Origin is a scheme, host and port, in lower case and with the default port written out. Two
// are equal exactly if they are the same origin by RFC 6454, section 5.
type Origin struct{ Scheme, Host, Port string }

// Of returns the origin of u.
func Of(u *url.URL) Origin {
	o := Origin{Scheme: ascii.Lower(u.Scheme), Host: ascii.Lower(u.Hostname()), Port: u.Port()}
	if o.Port == "" {
		o.Port = DefaultPort(o.Scheme)
	}
	return o
}

// Of reports whether o is the origin of u. It is fast if u is written as its origin is, as almost
// every URL is.
func (o Origin) Of(u *url.URL) bool {
	if u.Host == o.Host && u.Scheme == o.Scheme && strings.IndexByte(u.Host, ':') < 0 {
		return o.Port == DefaultPort(o.Scheme)
	}
	return o == Of(u)
}

// Same reports whether a and b have the same origin. A nil URL has none.
func Same(a, b *url.URL) bool { return a != nil && b != nil && Of(a) == Of(b) }

// maxHost is more than the longest DNS name, 253 bytes, and a port.
const maxHost = 260

// HostOf returns the host of the origin of u as it is used for keys: in lower case, with the port
// only if it is not the default of the scheme. Almost every host is written so, and then HostOf
// allocates nothing. It truncates what is longer than a host can be.
//
// The result is part of the URL, which may be long. To keep it, keep a [strings.Clone]: servers
// choose URLs, by redirects.
func HostOf(u *url.URL) string { return CanonicalHost(u.Scheme, u.Host[:min(len(u.Host), maxHost)]) }

// CanonicalHost is [HostOf] for a scheme and a host with or without a port.
func CanonicalHost(scheme, host string) string {
	for i := range len(host) {
		if c := host[i]; c == ':' || 'A' <= c && c <= 'Z' {
			return canonicalHost(scheme, host)
		}
	}
	return host
}

// canonicalHost is CanonicalHost for a host that may be written in another way.
func canonicalHost(scheme, host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && isName(host[:i]) {
		if port := host[i+1:]; port == "" || port == DefaultPort(ascii.Lower(scheme)) {
			host = host[:i]
		}
	}
	return ascii.Lower(host)
}

// isName reports whether s, the text before a colon, is a host. An IPv6 address without brackets
// has no port.
func isName(s string) bool { return strings.IndexByte(s, ':') < 0 || s[0] == '[' && s[len(s)-1] == ']' }

// DefaultPort returns the default port of a scheme, or "" if it is not one of HTTP.
func DefaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// String returns the origin without a default port.
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
