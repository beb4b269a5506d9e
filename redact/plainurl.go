package redact

import "strings"

// A set of printable characters of ASCII has a bit for each: those up to '?', and those from '@' on.
type charset struct{ low, high uint64 }

// printable reports whether s has printable characters of ASCII alone, and none of those in except.
func printable(s string, except charset) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c >= 0x7f:
			return false
		case c < '@':
			if except.low>>c&1 != 0 {
				return false
			}
		case except.high>>(c-'@')&1 != 0:
			return false
		}
	}
	return true
}

// plainURL reports whether closely and armor return a URL as it is, as far as one pass
// without a copy shows it. Most URLs are so: they have a host, a path and a query without
// escapes, user information and fragment. One that is not may still hold no secret.
func plainURL(r *Redactor, s string) bool {
	if len(s) > 4*len(packedBegin) && strings.Contains(s, packedBegin) {
		return false
	}
	s, q, hasQuery := strings.Cut(s, "?")
	special := charset{low: 1<<'#' | 1<<'%' | 1<<';' | 1<<'=', high: 1} // the last is @
	if !printable(s, special) || hasQuery && !plainQuery(r, q) {
		return false
	}
	if i := strings.Index(s, "//"); i == 0 || i > 0 && s[i-1] == ':' && strings.IndexByte(s[:i], '/') < 0 {
		s = s[i+len("//"):]
		if i = strings.IndexByte(s, '/'); i < 0 {
			return true
		}
		s = s[i:]
	}
	for more := true; more; {
		var seg string
		seg, s, more = strings.Cut(s, "/")
		switch {
		case len(seg) < len("bot"):
		case seg[:len("bot")] == "bot", seg == "services", seg == "webhooks", len(seg) >= shortest && Segment(seg):
			return false
		}
	}
	return true
}

// plainQuery is plainURL for a query: it has no escapes, and neither URLs nor JSON texts
// as values.
func plainQuery(r *Redactor, q string) bool {
	special := charset{
		low:  1<<'#' | 1<<'%' | 1<<';' | 1<<'?' | 1<<'+' | 1<<':',
		high: 1 | 1<<('['-'@') | 1<<('{'-'@'),
	}
	if !printable(q, special) {
		return false
	}
	for more := true; more; {
		var pair string
		pair, q, more = strings.Cut(q, "&")
		name, value, _ := strings.Cut(pair, "=")
		var buf squeezed
		if credential(name) || credential(value) || ambiguous(squeeze(name, &buf)) || r.Query(name) {
			return false
		}
	}
	return true
}
