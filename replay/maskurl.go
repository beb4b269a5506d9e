package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/redact"
)

// Path segments that only look random are masked in logs. On a tape different objects must stay
// different, so a segment becomes REDACTED, a comma and 8 bytes of its hash. It cannot be guessed
// from the hash, because only long segments look random.

// url masks a URL for the tape.
func (m masker) url(s string) string { return m.location(s, 3) }

func (m masker) location(s string, depth int) string {
	masked := m.red.Location(s)
	if masked == s || depth == 0 {
		return masked
	}
	path, rest := beforeQuery(masked)
	original, question := beforeQuery(s)
	have, was := strings.Split(path, "/"), strings.Split(original, "/")
	if len(have) == len(was) {
		for i := range have {
			if have[i] == redact.Mask {
				have[i] = m.pseudonym(was[i])
			}
		}
		path = strings.Join(have, "/")
	}
	pairs, asked := strings.Split(rest, "&"), strings.Split(question, "&")
	if len(pairs) == len(asked) {
		for i := range pairs {
			pairs[i] = m.nested(pairs[i], asked[i], depth)
		}
		rest = strings.Join(pairs, "&")
	}
	return path + rest
}

// nested masks a URL in a query parameter by the rules of the tape.
func (m masker) nested(masked, original string, depth int) string {
	name, value, ok := strings.Cut(original, "=")
	if masked == original || !ok || masked == name+"="+redact.Mask {
		return masked
	}
	plain, err := url.QueryUnescape(value)
	if err != nil || !strings.Contains(plain, "://") || strings.Contains(value, "#") {
		return masked
	}
	again := name + "=" + url.QueryEscape(m.location(plain, depth-1))
	if m.red.Leaks([]byte(again)) {
		return masked
	}
	return again
}

// pseudonym returns the replacement of a path segment that was masked.
func (m masker) pseudonym(segment string) string {
	switch {
	case segment == redact.Mask, strings.HasPrefix(segment, redact.Mask+","):
		return segment
	case m.red.Leaks([]byte(segment)):
		return redact.Mask
	}
	sum := sha256.Sum256([]byte(segment))
	return redact.Mask + "," + hex.EncodeToString(sum[:8])
}

func beforeQuery(s string) (path, rest string) {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// links replaces the URLs in a text with the pseudonyms of their requests, so that a link in a
// recorded response leads to what was recorded.
func (m masker) links(b []byte) []byte {
	var out []byte
	for {
		i := authorityMark(b)
		if i < 0 {
			return append(out, b...)
		}
		out = append(out, b[:i+3]...)
		b = b[i+3:]
		end := bytes.IndexAny(b, "\"' \t\r\n<>?#")
		if end < 0 {
			end = len(b)
		}
		for i, segment := range strings.Split(string(b[:end]), "/") {
			if i > 0 {
				out = append(out, '/')
			}
			plain, escape := strings.CutSuffix(segment, `\`)
			if redact.Segment(plain) {
				plain = m.pseudonym(plain)
			}
			out = append(out, plain...)
			if escape {
				out = append(out, '\\')
			}
		}
		b = b[end:]
	}
}

// authorityMark returns the index of the first :// or :\/\/ in b, or -1. It reads no further than
// that, since it is called for each.
func authorityMark(b []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], ':')
		if i < 0 {
			return -1
		}
		at += i
		if rest := b[at+1:]; bytes.HasPrefix(rest, []byte("//")) || bytes.HasPrefix(rest, []byte(`\/\/`)) {
			return at
		}
	}
}
