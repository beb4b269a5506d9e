package parse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/route"
)

// A pattern is the parsed method and path of an endpoint.
type pattern struct {
	text   string // the pattern, with {token} in place of a credential
	method string
	lits   []string     // the texts around the placeholders, one more than names
	size   int          // the length of lits
	plain  bool         // whether lits have only one spelling
	names  []string     // the names of the placeholders
	multi  bool         // whether the value of the last placeholder may have slashes
	route  *route.Given // the route of the calls
	base   atomic.Pointer[base]
}

// parsePattern reads "METHOD /path" in the syntax of http.ServeMux.
func parsePattern(text string) (*pattern, error) {
	method, host, path, err := route.Split(text)
	switch {
	case err != nil:
		return nil, err
	case method == "":
		return nil, fmt.Errorf("pattern %q has no method: write %q", text, "GET /"+strings.TrimPrefix(text, "/"))
	case host != "":
		return nil, fmt.Errorf("pattern %q has the host %q: put it into API.Base, and begin the path with a slash", text, host)
	}
	given := &route.Given{Path: path}
	p := &pattern{text: method + " " + given.Name().Route, method: method, route: given, plain: true}
	path = strings.TrimSuffix(path, "{$}")
	dots := strings.NewReplacer("%2e", ".", "%2E", ".") // see dotted
	for {
		lit, rest, found := strings.Cut(path, "{")
		lit = dots.Replace(lit)
		p.lits, p.size, p.plain = append(p.lits, lit), p.size+len(lit), p.plain && unescaped(lit)
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

// fill returns the path of the base followed by the path of the pattern with values, escaped. A
// value never adds, ends or leaves a segment, but the value of {name...} may add some. plain
// reports that nothing in the path had to be escaped.
func (p *pattern) fill(base *base, values []string) (path string, plain bool, fault *ArgError) {
	n := len(base.path) + p.size
	for _, v := range values {
		n += len(v)
	}
	var b strings.Builder
	b.Grow(n)
	b.WriteString(base.path)
	b.WriteString(p.lits[0])
	for i, v := range values {
		switch {
		case isWord(v): // as most are
			b.WriteString(v)
		case pathFault(v) != "":
			return "", false, p.bad(i, pathFault(v))
		case p.multi && i == len(values)-1:
			for j, s := range strings.Split(v, "/") {
				if j > 0 {
					b.WriteByte('/')
				}
				if s == "" {
					return "", false, p.bad(i, "has an empty segment")
				}
				b.WriteString(url.PathEscape(s))
			}
		default:
			b.WriteString(url.PathEscape(v))
		}
		b.WriteString(p.lits[i+1])
	}
	path = b.String()
	if dotted(path[len(base.path):]) {
		return "", false, p.bad(p.dotting(values), "makes a dot segment that would change the path")
	}
	return path, p.plain && base.plain && len(path) == n, nil // escaping makes it longer
}

// bad makes the error of the value of a placeholder.
func (p *pattern) bad(i int, reason string) *ArgError {
	return &ArgError{Route: p.text, Name: p.names[i], Reason: reason}
}

// dotting returns the index of the value that makes a dot segment. An x stands for the neighboring
// values, which are not empty.
func (p *pattern) dotting(values []string) int {
	for i, v := range values {
		if dotted("x"[:min(i, 1)] + p.lits[i] + v + p.lits[i+1] + "x"[:min(len(values)-1-i, 1)]) {
			return i
		}
	}
	return len(values) - 1
}

// pathFault says why a value cannot be part of a path, or returns "".
func pathFault(v string) string {
	switch {
	case v == "":
		return "is empty"
	case !utf8.ValidString(v):
		return "is not valid UTF-8"
	}
	return ""
}

// dotted reports whether an escaped path has a dot segment. Dots are never escaped: escaping leaves
// them, and a pattern has no escaped ones.
func dotted(path string) bool {
	if strings.IndexByte(path, '.') < 0 {
		return false
	}
	for s := range strings.SplitSeq(path, "/") {
		if s == "." || s == ".." {
			return true
		}
	}
	return false
}
