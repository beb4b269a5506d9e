package parse

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// A base is the parsed Base of an API. An endpoint keeps the one of its last call.
type base struct {
	text  string  // the Base of the API
	root  string  // text without the slash at its end
	url   url.URL // of root
	path  string  // the path of root, as its URL writes it
	plain bool    // whether path has only one spelling
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
	b.url, b.path = *req.URL, req.URL.EscapedPath()
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
	req, err := http.NewRequestWithContext(ctx, method, "", body)
	if err != nil {
		return nil, err
	}
	*req.URL, req.Host = b.url, b.url.Host
	req.URL.Path, req.URL.RawQuery = path, query
	return req, nil
}

// unescaped reports whether a path has only characters with one spelling: RFC 3986, section 2.3.
func unescaped(path string) bool {
	for i := range len(path) {
		switch c := path[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '/', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}
