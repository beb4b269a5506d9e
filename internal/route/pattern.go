package route

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split returns the parts of a pattern "[METHOD ][HOST]/path". method and host are empty if the
// pattern has none. The syntax is that of [net/http.ServeMux], with one addition: a placeholder may
// be part of a segment ("/{id}.json", "/jobs/{id}:run"). The path is returned as written, the host
// in lower case and without its port. The error names the pattern but no package, so callers prefix
// their own.
func Split(pattern string) (method, host, path string, err error) {
	p, err := parse(pattern)
	if err != nil {
		return "", "", "", err
	}
	return p.method, p.host, p.path, nil
}

// Names returns the placeholders of a pattern or path template in order: id and rest for
// "/a/{id}/{rest...}". The end mark {$} is not one. It returns none for an invalid pattern.
func Names(pattern string) []string {
	p, err := parse(pattern)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range p.segs {
		names = append(names, s.names...)
	}
	return names
}

type segKind uint8

const (
	literal segKind = iota // text, compared after percent-decoding
	partial                // text and placeholders mixed
	single                 // {name}
	multi                  // {name...}, or the slash that ends a pattern
	end                    // {$}
)

type segPattern struct {
	kind  segKind
	lits  []string // the decoded text; for a partial segment, the texts before, between and after its names
	names []string
}

type pattern struct {
	text, method, host, path string
	segs                     []segPattern
	name                     *Name // the name of the calls that it matches in a Table
}

func parse(text string) (*pattern, error) {
	p := &pattern{text: text}
	if err := p.read(text); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", text, err)
	}
	return p, nil
}

func (p *pattern) read(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not valid UTF-8")
	}
	rest := text
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		p.method, rest = text[:i], strings.TrimLeft(text[i+1:], " \t")
		if !validMethod(p.method) {
			return fmt.Errorf("invalid method %q", p.method)
		}
		if want := Misspelled(p.method); want != "" {
			return fmt.Errorf("%q is not a request method: write %q", p.method, want)
		}
	}
	if strings.Contains(rest, "://") {
		return errors.New("has a scheme; write host/path")
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return errors.New("has no path; the path starts with /")
	}
	for _, r := range rest {
		if r == ' ' || !unicode.IsGraphic(r) {
			return fmt.Errorf("has the character %q; percent-encode it", r)
		}
	}
	if strings.ContainsAny(rest[:slash], "{}@?#") {
		return fmt.Errorf("invalid host %q", rest[:slash])
	}
	p.host, p.path = canonicalHost(rest[:slash]), rest[slash:]
	if slash > 0 && p.host == "" {
		return fmt.Errorf("invalid host %q", rest[:slash])
	}
	if strings.ContainsAny(p.path, "?#") {
		return errors.New("has a query or fragment; a route is a path")
	}
	return p.readPath()
}

func (p *pattern) readPath() error {
	seen := map[string]bool{}
	for rest := p.path; rest != ""; {
		text := rest[1:]
		rest = ""
		if i := strings.IndexByte(text, '/'); i >= 0 {
			text, rest = text[:i], text[i:]
		}
		if text == "" && rest == "" {
			p.segs = append(p.segs, segPattern{kind: multi})
			return nil
		}
		if text == "" || isDots(text) {
			return errors.New("has an empty or dot segment, which can never match")
		}
		s, err := parseSegment(text)
		if err != nil {
			return err
		}
		if (s.kind == multi || s.kind == end) && rest != "" {
			return fmt.Errorf("%s is not at the end", text)
		}
		for _, n := range s.names {
			if seen[n] {
				return fmt.Errorf("placeholder %q twice", n)
			}
			seen[n] = true
		}
		p.segs = append(p.segs, s)
	}
	return nil
}

func parseSegment(text string) (segPattern, error) {
	var s segPattern
	if text == "{$}" {
		s.kind = end
		return s, nil
	}
	for rest := text; ; {
		lit, after, found := strings.Cut(rest, "{")
		if strings.IndexByte(lit, '}') >= 0 {
			return s, fmt.Errorf("segment %q: } without {", text)
		}
		if found && lit == "" && len(s.names) > 0 {
			return s, fmt.Errorf("segment %q: nothing between two placeholders", text)
		}
		if dec, err := url.PathUnescape(lit); err == nil {
			lit = dec
		}
		s.lits = append(s.lits, lit)
		if !found {
			break
		}
		name, tail, found := strings.Cut(after, "}")
		if !found {
			return s, fmt.Errorf("segment %q: { without }", text)
		}
		if bare, ok := strings.CutSuffix(name, "..."); ok {
			name, s.kind = bare, multi
		}
		if !identifier(name) {
			return s, fmt.Errorf("segment %q: invalid placeholder name %q", text, name)
		}
		s.names, rest = append(s.names, name), tail
	}
	whole := len(s.names) == 1 && s.lits[0] == "" && s.lits[1] == ""
	switch {
	case len(s.names) == 0:
		s.kind = literal
	case s.kind == multi && !whole:
		return s, fmt.Errorf("segment %q: {name...} must be the whole segment", text)
	case s.kind == multi:
	case whole:
		s.kind = single
	default:
		s.kind = partial
	}
	return s, nil
}

// fits reports whether a decoded path segment matches a partial segment. Every
// placeholder matches at least one byte.
func (s *segPattern) fits(seg string) bool {
	last := len(s.lits) - 1
	seg, ok := strings.CutPrefix(seg, s.lits[0])
	if !ok {
		return false
	}
	seg, ok = strings.CutSuffix(seg, s.lits[last])
	if !ok {
		return false
	}
	for _, lit := range s.lits[1:last] {
		if seg == "" {
			return false
		}
		i := strings.Index(seg[1:], lit)
		if i < 0 {
			return false
		}
		seg = seg[1+i+len(lit):]
	}
	return seg != ""
}

// weight returns the length of the literal text. Of two partial segments at one position, the one
// with more is tried first.
func (s *segPattern) weight() (n int) {
	for _, l := range s.lits {
		n += len(l)
	}
	return n
}

// Misspelled returns the correct spelling of a standard method that m has in other letter case, or
// "". Methods have case: "get" is sent unchanged, and a pattern with "GET" does not match it.
func Misspelled(m string) string {
	switch up := strings.ToUpper(m); up {
	case m:
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return up
	}
	return ""
}

func validMethod(m string) bool {
	for i := range len(m) {
		if c := m[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return m != ""
}

func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
