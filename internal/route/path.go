package route

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// canonicalHost returns a host in lower case without its port, the brackets of an IPv6 address and
// a trailing dot.
func canonicalHost(h string) string {
	if strings.HasPrefix(h, "[") {
		if i := strings.IndexByte(h, ']'); i > 0 {
			return strings.ToLower(h[1:i])
		}
	}
	if i := strings.IndexByte(h, ':'); i >= 0 && strings.LastIndexByte(h, ':') == i {
		h = h[:i]
	}
	return strings.ToLower(strings.TrimSuffix(h, "."))
}

// hostOf returns the host of a request: the Host field, which is what is sent, otherwise that of
// the URL.
func hostOf(req *http.Request) string {
	if req.Host != "" {
		return req.Host
	}
	return req.URL.Host
}

// pathOf returns the path as it is sent: percent-encoded and without the query.
func pathOf(u *url.URL) string {
	if u.Opaque == "" {
		return u.EscapedPath()
	}
	p := u.Opaque
	if i := strings.IndexAny(p, "?#"); i >= 0 {
		p = p[:i]
	}
	if rest, ok := strings.CutPrefix(p, "//"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
		return "/"
	}
	return p
}

// clean removes the segments that a server removes: empty segments and dot segments. A trailing
// slash stays.
func clean(p string) string {
	if p == "" || p == "/" {
		return "/"
	}
	if p[0] != '/' {
		p = "/" + p
	}
	if !strings.Contains(p, "//") && !strings.Contains(p, "/.") {
		return p
	}
	c := path.Clean(p)
	if c != "/" && (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")) {
		c += "/"
	}
	return c
}

// decode decodes the percent-encoding of a segment. It returns a malformed one unchanged.
func decode(seg string) string {
	if strings.IndexByte(seg, '%') < 0 {
		return seg
	}
	if d, err := url.PathUnescape(seg); err == nil {
		return d
	}
	return seg
}

// isDots reports whether a segment is a dot segment, however it is written (RFC 3986, section 6.2.2.2).
func isDots(seg string) bool {
	seg = decode(seg)
	return seg == "." || seg == ".."
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isUpper(c byte) bool  { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool  { return 'a' <= c && c <= 'z' }
func isLetter(c byte) bool { return isUpper(c) || isLower(c) }
