package page

import (
	"net/http"
	"strings"
)

// Link returns the target of the first link with the relation rel, such as "next", in the
// Link headers of a response (RFC 8288, section 3), or "" if there is none. The target may be
// relative. A malformed header is ignored from its first fault on. Links with an anchor, which
// are about another resource, are ignored too. The relation may be in single quotes, as some
// servers write it.
func Link(h http.Header, rel string) string {
	for _, s := range h.Values("Link") {
		for s = trim(s); s != ""; {
			if s[0] == ',' {
				s = trim(s[1:])
				continue
			}
			target, params := cutTarget(s)
			rels, anchored, rest := linkParams(params)
			if !anchored && hasRel(rels, rel) {
				return target
			}
			s = rest
		}
	}
	return ""
}

// trim removes the white space before s.
func trim(s string) string { return strings.TrimLeft(s, " \t") }

// cutTarget reads the target in angle brackets. Nothing is behind one that is malformed.
func cutTarget(s string) (target, rest string) {
	if s[0] != '<' {
		return "", ""
	}
	target, rest, _ = strings.Cut(s[1:], ">")
	return strings.TrimSpace(target), trim(rest)
}

// linkParams reads the parameters of one link. Only its first rel counts.
func linkParams(s string) (rels string, anchored bool, rest string) {
	first := true
	for strings.HasPrefix(s, ";") {
		s = trim(s[1:])
		n := strings.IndexAny(s, "=;, \t")
		if n < 0 {
			n = len(s)
		}
		name := s[:n]
		s = trim(s[n:])
		value := ""
		if strings.HasPrefix(s, "=") {
			value, s = linkValue(trim(s[1:]))
			s = trim(s)
		}
		switch strings.ToLower(name) {
		case "rel":
			if first {
				rels, first = value, false
			}
		case "anchor":
			anchored = true
		}
	}
	if s != "" && s[0] != ',' {
		return "", true, ""
	}
	return rels, anchored, s
}

// linkValue reads a token or a quoted string (RFC 9110, section 5.6.4), or 'next', which some
// servers take for one. An apostrophe may also be part of a token, as in 'n and 'n'x.
func linkValue(s string) (value, rest string) {
	if strings.HasPrefix(s, "'") {
		if n := strings.IndexAny(s[1:], "';,"); n >= 0 && s[1+n] == '\'' && strings.Trim(s[2+n:min(3+n, len(s))], ";, \t") == "" {
			return s[1 : 1+n], s[2+n:]
		}
	}
	if !strings.HasPrefix(s, `"`) {
		n := strings.IndexAny(s, ";, \t")
		if n < 0 {
			n = len(s)
		}
		return s[:n], s[n:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:]
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

// hasRel reports whether a list of relations contains rel.
func hasRel(rels, rel string) bool {
	for r := range strings.FieldsSeq(rels) {
		if strings.EqualFold(r, rel) {
			return true
		}
	}
	return false
}
