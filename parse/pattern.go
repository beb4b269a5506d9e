package parse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/transport"
)

// A pattern is an endpoint's method and path, taken apart.
type pattern struct {
	text   string // with {token} in place of a credential in it
	method string
	lits   []string           // the texts around the placeholders, one more than names
	names  []string           // the names of the placeholders
	multi  bool               // whether the value of the last placeholder may have slashes
	route  transport.Override // what sets the route of the calls
}

// parsePattern reads "METHOD /path" in the syntax of http.ServeMux.
func parsePattern(text string) (*pattern, error) {
	method, host, path, err := route.Split(text)
	switch {
	case err != nil:
		return nil, err
	case method == "":
		return nil, fmt.Errorf("pattern %q has no method: write %q", text, "GET "+text)
	case host != "":
		return nil, fmt.Errorf("pattern %q has the host %q, which belongs into API.Base; a path begins with a slash", text, host)
	}
	shown := route.Given{Path: path}
	p := &pattern{text: method + " " + shown.Name().Route, method: method, route: transport.Route(text)}
	path = strings.TrimSuffix(path, "{$}")
	for {
		lit, rest, found := strings.Cut(path, "{")
		p.lits = append(p.lits, lit)
		if !found {
			break
		}
		name, tail, _ := strings.Cut(rest, "}")
		name, p.multi = strings.CutSuffix(name, "...")
		p.names = append(p.names, name)
		path = tail
	}
	if _, err := http.NewRequestWithContext(context.Background(), method, "http://host"+strings.Join(p.lits, "x"), nil); err != nil {
		return nil, fmt.Errorf("pattern %q: cannot be sent", text)
	}
	return p, nil
}

// fill puts values into the path, escaped. A value never adds, ends or leaves a
// segment; that of {name...} may add segments.
func (p *pattern) fill(values []string) (string, *ArgError) {
	var b strings.Builder
	b.WriteString(p.lits[0])
	for i, v := range values {
		if fault := pathFault(v); fault != "" {
			return "", p.bad(i, fault)
		}
		if p.multi && i == len(values)-1 {
			for j, s := range strings.Split(v, "/") {
				if j > 0 {
					b.WriteByte('/')
				}
				if s == "" {
					return "", p.bad(i, "has an empty segment")
				}
				b.WriteString(url.PathEscape(s))
			}
		} else {
			b.WriteString(url.PathEscape(v))
		}
		b.WriteString(p.lits[i+1])
	}
	path := b.String()
	if dotted(path) {
		return "", p.bad(len(values)-1, "makes a dot segment, which would change the path")
	}
	return path, nil
}

// bad makes the error of the value of a placeholder.
func (p *pattern) bad(i int, reason string) *ArgError {
	return &ArgError{Route: p.text, Name: p.names[i], Reason: reason}
}

// pathFault says why a value cannot be part of a path, "" if it can.
func pathFault(v string) string {
	switch {
	case v == "":
		return "is empty"
	case !utf8.ValidString(v):
		return "is not valid UTF-8"
	}
	return ""
}

// dotted reports whether an escaped path has a dot segment. Escaping leaves
// dots as they are, so there is only one spelling.
func dotted(path string) bool {
	if !strings.Contains(path, "/.") {
		return false
	}
	for s := range strings.SplitSeq(path, "/") {
		if s == "." || s == ".." {
			return true
		}
	}
	return false
}
