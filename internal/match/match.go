package match

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// Fields say which requests match: those that match every field that is set. Without any, every
// request matches.
type Fields struct {
	// URL is a regular expression that is searched for in the URL as it is sent, without user,
	// query and fragment.
	URL string
	// Route is a pattern of [http.ServeMux]. It matches the path of a request or
	// the route of its call.
	Route string
	// Host is a host with a port, or without one for all ports.
	Host string
	// Method is an HTTP method.
	Method string
}

// A Matcher is compiled Fields.
type Matcher struct {
	all         bool
	url         *urlMatcher
	route       *route.Table
	template    string // the path of the route's pattern
	routeMethod string
	routeHost   string
	host        string
	method      string
}

// Compile compiles the fields. Its error names the invalid field.
func Compile(f Fields) (*Matcher, error) {
	m := &Matcher{host: ascii.Lower(unbracket(f.Host)), method: f.Method}
	if want := route.Misspelled(f.Method); want != "" {
		return nil, fmt.Errorf("field Method: %q is not a request method: write %q", f.Method, want)
	}
	if err := checkHost(f.Host); err != nil {
		return nil, fmt.Errorf("field Host: %w", err)
	}
	if f.URL != "" {
		re, err := regexp.Compile(f.URL)
		if err != nil {
			return nil, fmt.Errorf("field URL: %w", err)
		}
		m.url = newURLMatcher(re)
	}
	if f.Route != "" {
		var err error
		if m.routeMethod, m.routeHost, m.template, err = route.Split(f.Route); err != nil {
			return nil, fmt.Errorf("field Route: %w", err)
		}
		if m.route, err = route.Compile(f.Route); err != nil {
			return nil, fmt.Errorf("field Route: %w", err)
		}
	}
	m.all = f == Fields{}
	return m, nil
}

// checkHost returns an error for what is no host of any URL, so that a rule with it would never
// match, such as a whole URL.
func checkHost(host string) error {
	if !strings.ContainsAny(host, "/?#@*{}\\ \t\r\n") {
		return nil
	}
	if u, err := url.Parse(host); err == nil && u.Host != "" {
		return fmt.Errorf("%q is not a host: write %q", redact.Text(host), u.Host)
	}
	return fmt.Errorf("%q is not a host", redact.Text(host))
}

// All reports whether every request matches.
func (m *Matcher) All() bool { return m.all }

// Match reports whether a request matches. c is its call, which may be nil.
func (m *Matcher) Match(c *layer.Call, req *http.Request) bool {
	if m.all {
		return true
	}
	return (m.method == "" || m.method == Method(req)) &&
		(m.host == "" || sameHost(m.host, req.URL)) &&
		(m.route == nil || m.onRoute(c, req)) &&
		(m.url == nil || m.url.match(req.URL))
}

func (m *Matcher) onRoute(c *layer.Call, req *http.Request) bool {
	if _, ok := m.route.Match(req.Method, req.URL.Host, req.URL.EscapedPath()); ok {
		return true
	}
	// The path may begin with a base path that the route of the call omits.
	return c != nil && (m.routeMethod == "" || m.routeMethod == Method(req)) &&
		(m.routeHost == "" || sameHost(m.routeHost, req.URL)) && c.Route() == m.template
}

// String describes the requests that match, as in " to api.test for URLs matching /pokemon/". It is
// "" if all requests match.
func (f Fields) String() string {
	var b strings.Builder
	for _, p := range []struct{ words, value string }{
		{" with method ", f.Method}, {" to ", f.Host}, {" for ", f.Route}, {" for URLs matching ", f.URL},
	} {
		if p.value != "" {
			b.WriteString(p.words + p.value)
		}
	}
	return b.String()
}

// Method returns the method of a request. An empty method means GET.
func Method(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}

// sameHost reports whether host, in lower case, is the host of u. A host without a port matches any
// port.
func sameHost(host string, u *url.URL) bool {
	return ascii.EqualFold(host, u.Hostname()) || origin.CanonicalHost(u.Scheme, host) == origin.HostOf(u)
}

// unbracket removes the brackets of an IPv6 address, as [url.URL.Hostname] does.
func unbracket(host string) string {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		return host[1 : len(host)-1]
	}
	return host
}

// A urlMatcher searches the URL without the parts that may be secret.
type urlMatcher struct {
	re      *regexp.Regexp
	literal string // the whole expression if it is plain text, otherwise ""
	plain   bool   // literal is never percent-encoded
	buffers sync.Pool
}

func newURLMatcher(re *regexp.Regexp) *urlMatcher {
	m := &urlMatcher{re: re}
	if text, whole := re.LiteralPrefix(); whole {
		m.literal, m.plain = text, plain(text)
	}
	m.buffers.New = func() any { return new([]byte) }
	return m
}

// maxBuffer bounds the buffers that are kept, so that a huge URL does not stay in memory.
const maxBuffer = 4096

func (m *urlMatcher) match(u *url.URL) bool {
	if m.literal != "" && u.Opaque == "" {
		// Encoding the path takes most of the time and is rarely needed.
		if m.plain && u.RawPath == "" && strings.Contains(u.Path, m.literal) || strings.Contains(u.EscapedPath(), m.literal) {
			return true
		}
	}
	p := m.buffers.Get().(*[]byte) //nolint:forcetypeassert // New makes nothing else
	b := appendURL((*p)[:0], u)
	ok := m.re.Match(b)
	if cap(b) <= maxBuffer {
		*p = b
		m.buffers.Put(p)
	}
	return ok
}

// appendURL appends the part of u in which expressions are searched for.
func appendURL(b []byte, u *url.URL) []byte {
	b = append(b, u.Scheme...)
	if u.Opaque != "" {
		return append(append(b, ':'), u.Opaque...)
	}
	return append(append(append(b, "://"...), u.Host...), u.EscapedPath()...)
}
