package mediatype

import (
	"bytes"
	"encoding/json"
)

const space = " \t\r\n"

// guess returns the kind whose shape a body has, or Text if it has none.
func guess(b []byte) Kind {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), space)
	switch {
	case len(b) == 0:
		return Text
	case LooksJSON(b), guarded(b), called(b):
		return JSON
	case b[0] == '<':
		return markup(b)
	case event(b):
		return JSONLines
	case pairs(b):
		return Form
	}
	return Text
}

// LooksJSON reports whether b begins like a JSON object or array. It does not look further, so a
// truncated body and JSON lines are JSON too.
func LooksJSON(b []byte) bool {
	b = bytes.TrimLeft(b, space)
	if len(b) == 0 {
		return false
	}
	rest := bytes.TrimLeft(b[1:], space)
	switch {
	case b[0] != '{' && b[0] != '[':
		return false
	case len(rest) == 0:
		return true
	case b[0] == '{':
		return rest[0] == '"' || rest[0] == '}'
	}
	switch c := rest[0]; c {
	case '{', '[', '"', ']', '-':
		return true
	default:
		return '0' <= c && c <= '9' || bytes.HasPrefix(rest, []byte("true")) ||
			bytes.HasPrefix(rest, []byte("false")) || bytes.HasPrefix(rest, []byte("null"))
	}
}

// guarded reports whether b is JSON behind a line that keeps it from being run as a script.
func guarded(b []byte) bool {
	for _, guard := range [...]string{")]}'", "while(1);", "for(;;);"} {
		if rest, ok := bytes.CutPrefix(b, []byte(guard)); ok {
			return LooksJSON(bytes.TrimLeft(rest, space+","))
		}
	}
	return false
}

// called reports whether b is JSON as the argument of a function, callback({...}).
func called(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("/**/")), space)
	n := 0
	for n < len(b) && n < 100 && (letter(b[n]) || '0' <= b[n] && b[n] <= '9' || b[n] == '_' || b[n] == '.' || b[n] == '$') {
		n++
	}
	if n == 0 || n == len(b) || b[n] != '(' || !LooksJSON(b[n+1:]) {
		return false
	}
	inner, ok := bytes.CutSuffix(bytes.TrimRight(b[n+1:], space+";"), []byte(")"))
	return ok && json.Valid(inner)
}

// event reports whether b begins like an event stream.
func event(b []byte) bool {
	for _, field := range [...]string{"data:", "event:", "id:", "retry:"} {
		if rest, ok := bytes.CutPrefix(b, []byte(field)); ok {
			return bytes.ContainsAny(rest, "\r\n")
		}
	}
	return false
}

// pairs reports whether b is one or more name=value separated by & and nothing else: no spaces,
// quotes or brackets, which an escaped form never has.
func pairs(b []byte) bool {
	b = bytes.TrimRight(b, space)
	n, name, valued := 0, 0, false
	for i, c := range b {
		switch {
		case c == '&':
			if !valued && i > 0 && b[i-1] != '&' {
				return false
			}
			name, valued = 0, false
		case valued:
			if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte("\"'<>{}()\\`"), c) >= 0 {
				return false
			}
		case c == '=':
			if name == 0 {
				return false
			}
			valued = true
			n++
		case letter(c), '0' <= c && c <= '9', bytes.IndexByte([]byte("_-.[]%+~*"), c) >= 0:
			name++
		default:
			return false
		}
	}
	return n > 0 && (valued || name == 0)
}

// markup returns XML or HTML for a body that begins with an element or a declaration.
func markup(b []byte) Kind {
	switch {
	case hasPrefixFold(b, "<!doctype html"), hasPrefixFold(b, "<html"):
		return HTML
	case len(b) > 1 && (letter(b[1]) || b[1] == '_'), hasPrefixFold(b, "<?xml"), bytes.HasPrefix(b, []byte("<!--")), hasPrefixFold(b, "<!doctype"):
		return XML
	}
	return Text
}

// htmlTag reports whether fragments of HTML begin with the first element of b.
func htmlTag(b []byte) bool {
	b = bytes.TrimLeft(b, space)
	if bytes.HasPrefix(b, []byte("<!--")) {
		return true
	}
	n := 1
	for n < len(b) && n < 12 && (letter(b[n]) || '0' <= b[n] && b[n] <= '9') {
		n++
	}
	if n < len(b) && bytes.IndexByte([]byte(space+">/"), b[n]) < 0 {
		return false // the name goes on: <a:b>
	}
	switch string(bytes.ToLower(b[1:n])) {
	case "a", "article", "aside", "b", "base", "body", "br", "button", "center", "div", "footer", "form", "h1", "h2", "h3", "h4", "head",
		"header", "hr", "i", "iframe", "img", "input", "label", "li", "link", "main", "meta", "nav", "ol", "option", "p", "pre",
		"script", "section", "select", "span", "strong", "style", "svg", "table", "tbody", "td", "template", "title", "tr", "ul", "video":
		return true
	}
	return false
}

func hasPrefixFold(b []byte, s string) bool {
	return len(b) >= len(s) && bytes.EqualFold(b[:len(s)], []byte(s))
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
