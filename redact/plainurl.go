package redact

import "strings"

// plainURL reports whether closely and armor return a URL unchanged, as far as one pass without a
// copy can determine. Most URLs are so: they have a host, a path and a query, but no escapes, user
// information and fragment. If it reports false, the URL may still contain no secret.
func plainURL(r *Redactor, s string) bool {
	if len(s) > 3*len(packedBegin) && packedIn(s) { // a URL with a key is longer
		return false
	}
	s, q, hasQuery := strings.Cut(s, "?")
	host := 0 // where the host begins, which is not a segment
	if i := strings.IndexByte(s, '/'); i >= 0 && strings.HasPrefix(s[i:], "//") && (i == 0 || s[i-1] == ':') {
		host = i + len("//")
	}
	plain := charset{lowPrinted &^ (1<<'#' | 1<<'%' | 1<<'/' | 1<<';' | 1<<'='), highPrinted &^ 1} // the last is @
	for begin, i := 0, 0; ; begin, i = i+1, i+1 {
		for i < len(s) && plain.has(s[i]) {
			i++
		}
		if seg := s[begin:i]; begin > host || host == 0 {
			switch {
			case len(seg) < len("bot"):
			case seg[:len("bot")] == "bot", seg == "services", seg == "webhooks", len(seg) >= shortest && Segment(seg):
				return false
			}
		}
		switch {
		case i == len(s):
			return !hasQuery || plainQuery(r, q)
		case s[i] != '/':
			return false
		}
	}
}

// plainQuery is plainURL for a query. A plain query has no escapes, and no URL or JSON text as a
// value.
func plainQuery(r *Redactor, q string) bool {
	plain := charset{
		lowPrinted &^ (1<<'#' | 1<<'%' | 1<<';' | 1<<'?' | 1<<'+' | 1<<':'),
		highPrinted &^ (1 | 1<<('['-'@') | 1<<('{'-'@')),
	}
	if !plain.all(q) {
		return false
	}
	for more := true; more; {
		var pair string
		pair, q, more = strings.Cut(q, "&")
		name, value, _ := strings.Cut(pair, "=")
		var buf squeezed
		if s := squeeze(name, &buf); credential(name) || credential(value) || ambiguous(s) || r.lists(query, s) {
			return false
		}
	}
	return true
}
