package redact

import (
	"net/url"
	"strings"
)

// encodedSlashes is the length of the percent-encoded "://".
const encodedSlashes = len("%3A%2F%2F")

// encodedLinkAt reports whether s[i] begins the percent-encoded "://" of a URL that is the value of
// a query, or is in the path of another URL.
func encodedLinkAt[T string | []byte](s T, i int) bool {
	return len(s)-i >= encodedSlashes && s[i] == '%' && strings.EqualFold(string(s[i:i+encodedSlashes]), "%3A%2F%2F")
}

// hasEncodedLink reports whether there is a percent-encoded URL in s.
func hasEncodedLink(s string) bool {
	for at := 0; ; at++ {
		i := strings.IndexByte(s[at:], '%')
		if i < 0 {
			return false
		}
		if at += i; encodedLinkAt(s, at) {
			return true
		}
	}
}

// hasLink reports whether there is an absolute URL in s, as a whole percent-encoded or not.
func hasLink(s string) bool {
	for at := 0; ; at++ {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return hasEncodedLink(s)
		}
		if at += i; slashesAt(s, at+1) {
			return true
		}
	}
}

// encodedLinkEnd returns the end of the percent-encoded URL of which s[i] is a part. The characters of
// it are those that url.QueryEscape and encodeURIComponent leave, except those that enclose a URL in a
// text.
func encodedLinkEnd[T string | []byte](s T, i int) int {
	for i < len(s) && (passageChar(s[i]) || s[i] == '%' || s[i] == '+' || s[i] == '*' || s[i] == '~' || s[i] == '!') {
		i++
	}
	return i
}

// encodedLink masks a percent-encoded URL by mask. It returns s itself if nothing is secret.
func encodedLink(s string, mask func(string) string) string {
	plain := leniently(s)
	if masked := mask(plain); masked != plain {
		return url.QueryEscape(masked)
	}
	return s
}

// encodedLinks masks the percent-encoded URLs in s.
func (n nest) encodedLinks(s string) string {
	if n.deepest() || !hasEncodedLink(s) {
		return s
	}
	out := splice{text: s}
	for i := 0; i < len(s); i++ {
		if !encodedLinkAt(s, i) {
			continue
		}
		start := i
		for start > out.done && schemeChar(s[start-1]) {
			start--
		}
		i = encodedLinkEnd(s, i)
		if masked := encodedLink(s[start:i], n.inner().location); masked != s[start:i] {
			out.put(start, i, masked)
		}
	}
	return out.String()
}

// schemeChar reports whether c may be part of the scheme of a URL.
func schemeChar(c byte) bool { return alnum(c) || c == '+' || c == '-' || c == '.' }

// leniently decodes the percent-escapes and the plus signs of s. It keeps malformed escapes, as at the
// end of a text that was cut off.
func leniently(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%' && i+2 < len(s) && unhex(s[i+1]) < 16 && unhex(s[i+2]) < 16:
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		case c == '+':
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
