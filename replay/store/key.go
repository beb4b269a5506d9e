package store

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
)

// A Key says which requests are the same to a tape. Method, Host and Path are readable, so that a
// store can keep related exchanges together. Sum is the SHA-256 of the whole canonical request,
// these three included, and alone decides. Its last IdentitySize bytes differ if somebody else
// makes the same request.
type Key struct {
	Method, Host, Path string
	Sum                [sha256.Size]byte
}

// IdentitySize is the length of the keyed hashes of an [Exchange] that say who made a request,
// and of the part of a Sum that depends on them.
const IdentitySize = 12

// As returns the key of the same request made by the owner of the given identities, which are
// hashes of IdentitySize bytes. A nil identity changes nothing.
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

// KeyOf returns the readable part of the key of a request. Sum is zero, because it depends on how
// a tape compares requests. An empty method is GET, an empty path "/", and the host is that of
// [CanonicalHost].
func KeyOf(method string, u *url.URL) Key {
	if method == "" {
		method = http.MethodGet
	}
	return Key{Method: method, Host: CanonicalHost(u.Scheme, u.Host), Path: pathOf(u)}
}

// CanonicalHost returns host in lower case, without the default port of scheme. Letters outside
// ASCII are unchanged.
func CanonicalHost(scheme, host string) string {
	i := 0
	for i < len(host) && host[i] != ':' && host[i] < 0x80 && (host[i] < 'A' || 'Z' < host[i]) {
		i++
	}
	if i == len(host) {
		return host
	}
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

// plainURL parses a URL without anything special in it, as most are. It returns what [url.Parse]
// returns, at less cost, or false for any other URL.
func plainURL(raw string) (u url.URL, ok bool) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return url.URL{}, false
	}
	u.Scheme = scheme
	end := 0
	for ; end < len(rest) && rest[end] != '/' && rest[end] != '?'; end++ {
		c := rest[end]
		if plain := 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.'; plain {
			continue
		}
		if c != ':' {
			return url.URL{}, false
		}
		for end++; end < len(rest) && '0' <= rest[end] && rest[end] <= '9'; end++ {
		}
		if end < len(rest) && rest[end] != '/' && rest[end] != '?' {
			return url.URL{}, false
		}
		break
	}
	u.Host, rest = rest[:end], rest[end:]
	end = 0
	for ; end < len(rest) && rest[end] != '?'; end++ {
		c := rest[end]
		if plain := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '-' <= c && c <= '9' || c == '_' || c == '~'; !plain {
			return url.URL{}, false
		}
	}
	u.Path = rest[:end]
	if end < len(rest) {
		if !plainQuery(rest[end:]) {
			return url.URL{}, false
		}
		u.RawQuery = rest[end+1:]
		u.ForceQuery = u.RawQuery == ""
	}
	return u, true
}

// plainKey is KeyOf for a plainURL.
func plainKey(method string, u *url.URL) Key {
	if method == "" {
		method = http.MethodGet
	}
	path := u.Path
	if path == "" {
		path = "/"
	}
	return Key{Method: method, Host: CanonicalHost(u.Scheme, u.Host), Path: path}
}

// plainQuery reports whether a query has neither a # nor a character that a URL cannot have.
func plainQuery(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}
