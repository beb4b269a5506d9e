package auth

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/origin"
)

// AnyOrigin in the place of an origin lets a credential go to whatever origin the
// client is told to call. It does not follow a redirect to another one.
const AnyOrigin = "*"

// scope is the origins that a credential is for.
type scope struct {
	any     bool
	origins []origin.Origin
}

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
func parseOrigin(text string) (origin.Origin, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return origin.Origin{}, errors.New("cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https":
		return origin.Origin{}, errors.New("does not begin with https:// or http://")
	case u.Opaque != "" || u.Hostname() == "":
		return origin.Origin{}, errors.New("has no host")
	case u.User != nil:
		return origin.Origin{}, errors.New("has a user")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.HasSuffix(text, "#"):
		return origin.Origin{}, errors.New("has more than scheme, host and port")
	}
	for _, r := range u.Hostname() {
		if r <= ' ' || r >= 0x7f || r == '*' {
			return origin.Origin{}, errors.New("has a host that is not plain ASCII: a wildcard, or a name not in its xn-- form")
		}
	}
	return origin.Of(u), nil
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
			s.any && !origin.Same(before.URL, req.URL),
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
	return slices.Contains(s.origins, origin.Of(u))
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

func loopback(o origin.Origin) bool {
	if o.Host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(o.Host)
	return err == nil && ip.IsLoopback()
}
