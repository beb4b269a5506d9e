package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/origin"
)

// AnyOrigin stands for every origin that the client calls. The credential still does not
// follow a redirect to another origin.
const AnyOrigin = "*"

// originSet is the origins that a credential is for.
type originSet struct {
	any  bool
	list []origin.Origin
}

func newOriginSet(texts []string) originSet {
	if len(texts) == 0 {
		panic("auth: no origins: list those that may get the credential, or AnyOrigin")
	}
	var s originSet
	for i, t := range texts {
		if t == AnyOrigin {
			s.any = true
			continue
		}
		o, err := parseOrigin(t)
		if err != nil {
			panic(fmt.Sprintf("auth: origin %d of %d %s", i+1, len(texts), err))
		}
		s.list = append(s.list, o)
	}
	return s
}

// parseOrigin parses "https://host" or "https://host:port". Its errors do not repeat the text,
// which might contain a secret.
func parseOrigin(text string) (origin.Origin, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return origin.Origin{}, errors.New("cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https":
		return origin.Origin{}, errors.New("does not begin with https:// or http://")
	case u.Hostname() == "":
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

// texts returns the origins in words.
func (s originSet) texts() []string {
	if s.any {
		return []string{"any origin"}
	}
	texts := make([]string, len(s.list))
	for i, o := range s.list {
		texts[i] = o.String()
	}
	return texts
}

// allow reports whether a request may carry the credential.
func (s originSet) allow(req *http.Request) bool {
	if !s.cover(req.URL) {
		return false
	}
	// Once a chain of redirects has left the origins, another server decides where it leads, even
	// if it leads back.
	for hop := req.Response; hop != nil; {
		before := hop.Request
		switch {
		case before == nil || !s.cover(before.URL),
			s.any && !origin.Same(before.URL, req.URL),
			before.URL.Scheme == "https" && req.URL.Scheme != "https":
			return false
		}
		hop = before.Response
	}
	return true
}

// cover reports whether u has one of the origins.
func (s originSet) cover(u *url.URL) bool {
	if u == nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || !namesItsHost(u) {
		return false
	}
	if s.any {
		return true
	}
	return slices.ContainsFunc(s.list, func(o origin.Origin) bool { return o.Of(u) })
}

// namesItsHost reports whether a proxy that is given u sends the request to the host of u. An
// opaque URL may name another.
func namesItsHost(u *url.URL) bool {
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
