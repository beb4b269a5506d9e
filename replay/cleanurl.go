package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/redact"
)

// Path segments that only look random are masked in logs. On a tape two objects
// must stay two: they become REDACTED, a comma and 8 bytes of their hash, from which
// what looks random is too long to be guessed.

// url masks a URL for the tape.
func (c cleanser) url(s string) string { return c.location(s, 3) }

func (c cleanser) location(s string, depth int) string {
	masked := c.red.Location(s)
	if masked == s || depth == 0 {
		return masked
	}
	path, rest := beforeQuery(masked)
	original, question := beforeQuery(s)
	have, was := strings.Split(path, "/"), strings.Split(original, "/")
	if len(have) == len(was) {
		for i := range have {
			if have[i] == redact.Mask {
				have[i] = c.pseudonym(was[i])
			}
		}
		path = strings.Join(have, "/")
	}
	pairs, asked := strings.Split(rest, "&"), strings.Split(question, "&")
	if len(pairs) == len(asked) {
		for i := range pairs {
			pairs[i] = c.nested(pairs[i], asked[i], depth)
		}
		rest = strings.Join(pairs, "&")
	}
	return path + rest
}

// nested masks a URL inside of a query parameter by the rules of the tape.
func (c cleanser) nested(masked, original string, depth int) string {
	name, value, ok := strings.Cut(original, "=")
	if masked == original || !ok || masked == name+"="+redact.Mask {
		return masked
	}
	plain, err := url.QueryUnescape(value)
	if err != nil || !strings.Contains(plain, "://") || strings.Contains(value, "#") {
		return masked
	}
	again := name + "=" + url.QueryEscape(c.location(plain, depth-1))
	if c.red.Leaks([]byte(again)) {
		return masked
	}
	return again
}

// pseudonym stands for a path segment that was masked.
func (c cleanser) pseudonym(segment string) string {
	switch {
	case segment == redact.Mask, strings.HasPrefix(segment, redact.Mask+","):
		return segment
	case c.red.Leaks([]byte(segment)):
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

// links gives the URLs in a text the pseudonyms that their requests have, so
// that a link in a taped answer leads to what was taped.
func (c cleanser) links(b []byte) []byte {
	var out []byte
	for {
		i := bytes.Index(b, []byte("://"))
		if e := bytes.Index(b, []byte(`:\/\/`)); e >= 0 && (i < 0 || e < i) {
			i = e
		}
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
				plain = c.pseudonym(plain)
			}
			out = append(out, plain...)
			if escape {
				out = append(out, '\\')
			}
		}
		b = b[end:]
	}
}
