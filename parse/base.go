package parse

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// A base is the parsed Base of an API. An endpoint keeps the one of its last call.
type base struct {
	text  string        // the Base of the API
	root  string        // text without the slash at its end
	req   *http.Request // a request to root, which those without a body are copies of
	path  string        // the path of root, as its URL writes it
	plain bool          // whether path has only one spelling
}

// baseFault is the fault of a base with which no request can be made.
const baseFault = "is not an http or https URL with a host"

// baseOf returns the parsed Base of an API.
func (p *pattern) baseOf(api API) (*base, *ArgError) {
	if b := p.base.Load(); b != nil && b.text == api.Base {
		return b, nil
	}
	if strings.ContainsAny(api.Base, "?#") {
		return nil, &ArgError{Route: p.text, Name: "API.Base", Reason: "has a query or fragment"}
	}
	b := &base{text: api.Base, root: strings.TrimSuffix(api.Base, "/")}
	// net/http parses it, since it changes the host of some URLs.
	req, err := http.NewRequestWithContext(context.Background(), p.method, b.root, nil)
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, &ArgError{Route: p.text, Name: "API.Base", Reason: baseFault}
	}
	b.req, b.path = req, req.URL.EscapedPath()
	b.plain = unescaped(b.path)
	p.base.Store(b)
	return b, nil
}

// request makes the request. path begins with the path of b and is escaped. If plain is set, it has
// nothing to escape.
func (b *base) request(ctx context.Context, method, path string, plain bool, query string, body io.Reader) (*http.Request, error) {
	if !plain {
		to := b.root + path[len(b.path):]
		if query != "" {
			to += "?" + query
		}
		return http.NewRequestWithContext(ctx, method, to, body)
	}
	// There is nothing to parse: the parts of the URL are known.
	to := *b.req.URL
	to.Path, to.RawQuery = path, query
	if body == nil {
		req := b.req.WithContext(ctx)
		req.URL, req.Header = &to, make(http.Header)
		return req, nil
	}
	req, err := http.NewRequestWithContext(ctx, method, "", body)
	if err != nil {
		return nil, err
	}
	req.URL, req.Host = &to, b.req.Host
	return req, nil
}

// unescaped reports whether a path has only characters with one spelling.
func unescaped(path string) bool {
	for i := range len(path) {
		if path[i] != '/' && !unreserved(path[i]) {
			return false
		}
	}
	return true
}

// isWord reports whether a text is not empty and has only one spelling inside a segment.
func isWord(s string) bool {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return false
		}
	}
	return s != ""
}

// unreserved reports whether a character has one spelling in a URL: RFC 3986, section 2.3.
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}
