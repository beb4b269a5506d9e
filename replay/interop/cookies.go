package interop

import "strings"

// splitCookies splits the values of several Set-Cookie headers that were joined by ", ". A date has
// a comma too, so a comma separates only if the name of a cookie and = follow.
func splitCookies(s string) (list []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] != ',' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], " ")
		if name, _, ok := strings.Cut(rest, "="); ok && isToken(name) {
			list = append(list, strings.TrimSpace(s[start:i]))
			start = len(s) - len(rest)
		}
	}
	return append(list, strings.TrimSpace(s[start:]))
}

// isToken reports whether s can be the name of a cookie (RFC 9110 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?={}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// joinedCookies adds a Set-Cookie header that may hold several.
func (d *draft) joinedCookies(value string) {
	list := splitCookies(value)
	if len(list) > 1 {
		d.lose("Set-Cookie", "the recorder joined several; they are split where a name follows a comma")
	}
	for _, v := range list {
		d.responseHeader("Set-Cookie", v)
	}
}
