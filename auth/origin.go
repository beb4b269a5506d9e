package auth

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// AnyOrigin in the place of an origin lets a credential go to whatever origin the
// client is told to call. It does not follow a redirect to another one.
const AnyOrigin = "*"

// scope is the origins that a credential is for.
type scope struct {
	any     bool
	origins []origin
}

// origin is a scheme, host and port (RFC 6454).
type origin struct{ scheme, host, port string }

func newScope(texts []string) scope {
	var s scope
	for _, t := range texts {
		if t == AnyOrigin {
			s.any = true
			continue
		}
		o, err := parseOrigin(t)
		if err != nil {
			panic("auth: origin " + err.Error())
		}
		s.origins = append(s.origins, o)
	}
	return s
}

// parseOrigin reads "https://host" or "https://host:port". The errors do not
// repeat the text, which might hold a secret.
func parseOrigin(text string) (origin, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return origin{}, errors.New("cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https":
		return origin{}, errors.New("does not begin with https:// or http://")
	case u.Opaque != "" || u.Hostname() == "":
		return origin{}, errors.New("has no host")
	case u.User != nil:
		return origin{}, errors.New("has a user")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.HasSuffix(text, "#"):
		return origin{}, errors.New("has more than scheme, host and port")
	}
	for _, r := range u.Hostname() {
		if r <= ' ' || r >= 0x7f || r == '*' {
			return origin{}, errors.New("has a host that is not plain ASCII: a wildcard, or a name not in its xn-- form")
		}
	}
	return origin{u.Scheme, strings.ToLower(u.Hostname()), portOf(u)}, nil
}

// String is the origin as it is written.
func (o origin) String() string {
	s := o.scheme + "://"
	if strings.Contains(o.host, ":") {
		s += "[" + o.host + "]"
	} else {
		s += o.host
	}
	if o.port != defaultPort(o.scheme) {
		s += ":" + o.port
	}
	return s
}

func (s scope) String() string {
	if s.any {
		return "any origin"
	}
	var b strings.Builder
	for i, o := range s.origins {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(o.String())
	}
	return b.String()
}

// allows reports whether a request may carry the credential.
func (s scope) allows(req *http.Request) bool {
	if !s.covers(req.URL) {
		return false
	}
	// Once a chain of redirects has left, what it leads to is another's choice,
	// also where that leads back.
	for hop := req.Response; hop != nil; {
		before := hop.Request
		switch {
		case before == nil || !s.covers(before.URL),
			s.any && !sameOrigin(before.URL, req.URL),
			before.URL.Scheme == "https" && req.URL.Scheme != "https":
			return false
		}
		hop = before.Response
	}
	return true
}

// covers reports whether u is of one of the origins.
func (s scope) covers(u *url.URL) bool {
	if u == nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || !here(u) {
		return false
	}
	if s.any {
		return true
	}
	host, port := u.Hostname(), portOf(u)
	for _, o := range s.origins {
		if o.scheme == u.Scheme && o.port == port && equalFold(o.host, host) {
			return true
		}
	}
	return false
}

// here reports whether a proxy that is given u sends it to its host: an opaque
// one may name another.
func here(u *url.URL) bool {
	if u.Opaque == "" {
		return true
	}
	rest, ok := strings.CutPrefix(u.Opaque, "//")
	if !ok {
		return strings.HasPrefix(u.Opaque, "/")
	}
	rest, ok = strings.CutPrefix(rest, u.Host)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && portOf(a) == portOf(b) && equalFold(a.Hostname(), b.Hostname())
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return defaultPort(u.Scheme)
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

// equalFold compares in ASCII alone: strings.EqualFold takes the Kelvin sign for
// a k.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func (o origin) loopback() bool {
	if o.host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(o.host)
	return err == nil && ip.IsLoopback()
}
