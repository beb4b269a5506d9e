package store

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
)

// A Key says which requests are the same to a tape. Method, Host and Path are
// readable, so that a store can keep neighbours together; Sum is the SHA-256
// of the whole canonical request, these three included, and decides alone. Its
// last [IdentitySize] bytes differ for the same request made as somebody else.
type Key struct {
	Method, Host, Path string
	Sum                [sha256.Size]byte
}

// IdentitySize is the length of the keyed hashes in an Exchange that say as whom
// a request was made, and of the part of a Sum that depends on them.
const IdentitySize = 12

// As returns the key of the same request made as somebody: identities are hashes
// of IdentitySize bytes, or nil, which changes nothing.
func (k Key) As(identities ...[]byte) Key {
	end := k.Sum[len(k.Sum)-IdentitySize:]
	for _, id := range identities {
		for i := range min(len(id), len(end)) {
			end[i] ^= id[i]
		}
	}
	return k
}

// Request returns the part of Sum that is the same whoever makes the request.
func (k Key) Request() [sha256.Size - IdentitySize]byte {
	return [sha256.Size - IdentitySize]byte(k.Sum[:])
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

// plainKey is KeyOf for a URL with nothing in it that has to be looked at closely, as most
// are: false for any other.
func plainKey(method, raw string) (Key, bool) {
	scheme, rest, ok := strings.Cut(raw, "://")
	port := ":443"
	if scheme == "http" {
		port = ":80"
	}
	if !ok || scheme != "http" && scheme != "https" {
		return Key{}, false
	}
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	path := rest[len(host):]
	if i := strings.IndexByte(path, '?'); i >= 0 {
		if !plainQuery(path[i:]) {
			return Key{}, false
		}
		path = path[:i]
	}
	name, number, _ := strings.Cut(host, ":")
	for _, c := range []byte(name) {
		if plain := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.'; !plain {
			return Key{}, false
		}
	}
	for _, c := range []byte(number) {
		if c < '0' || c > '9' {
			return Key{}, false
		}
	}
	for _, c := range []byte(path) {
		if plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("/-._~", c) >= 0; !plain {
			return Key{}, false
		}
	}
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/"
	}
	return Key{Method: method, Host: strings.TrimSuffix(host, port), Path: path}, true
}

// plainQuery reports whether a query has neither what ends it nor what a URL cannot have.
func plainQuery(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}
