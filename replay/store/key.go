package store

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
)

// A Key says which requests are the same to a tape. Method, Host and Path are
// readable, so that a store can keep neighbours together; Sum is the SHA-256
// of the whole canonical request, these three included, and decides alone.
type Key struct {
	Method, Host, Path string
	Sum                [sha256.Size]byte
}

// KeyOf returns the readable part of the key of a request: Sum is zero, because
// it depends on how a tape compares requests. No method is GET, no path is "/",
// and the host is that of [CanonicalHost].
func KeyOf(method string, u *url.URL) Key {
	if method == "" {
		method = http.MethodGet
	}
	return Key{Method: method, Host: CanonicalHost(u.Scheme, u.Host), Path: pathOf(u)}
}

// CanonicalHost returns host in lower case, without the default port of scheme.
// Letters outside of ASCII stay as they are.
func CanonicalHost(scheme, host string) string {
	host = strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, host)
	switch strings.ToLower(scheme) {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

func pathOf(u *url.URL) string {
	if u.Opaque != "" {
		return u.Opaque
	}
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}
