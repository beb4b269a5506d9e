package redact

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonUnescape decodes the inside of a JSON string, and returns it itself if it has no escapes. It
// keeps malformed ones.
func jsonUnescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case '"', '\\', '/':
			b.WriteByte(c)
		case 'u':
			c, ok := unhex4(s[i+1:])
			if !ok {
				b.WriteString(`\u`)
				continue
			}
			i += 4
			if utf16.IsSurrogate(c) {
				pair := rune(utf8.RuneError)
				if strings.HasPrefix(s[i+1:], `\u`) {
					if lo, ok := unhex4(s[i+3:]); ok {
						pair = utf16.DecodeRune(c, lo)
					}
				}
				if pair != utf8.RuneError {
					i += 6
				}
				c = pair
			}
			b.WriteRune(c)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unhex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var c rune
	for i := range 4 {
		d := unhex(s[i])
		if d > 15 {
			return 0, false
		}
		c = c<<4 | rune(d)
	}
	return c, true
}

// bareEnd returns the end of the text without quotes at i. In JSON that is a number or a constant,
// otherwise it may be anything.
func bareEnd(b []byte, i int) int {
	for i < len(b) && b[i] > ' ' && strings.IndexByte(`"{}[],`, b[i]) < 0 {
		i++
	}
	return i
}

// eventField returns the length of the name and colon of an event stream's field at i, or 0. The
// data of an event continues over such lines.
func eventField(b []byte, i int) int {
	if i > 0 && b[i-1] != '\n' && b[i-1] != '\r' {
		return 0
	}
	for _, name := range [...]string{"data:", "event:", "id:", "retry:"} {
		if bytes.HasPrefix(b[i:], []byte(name)) {
			return len(name)
		}
	}
	return 0
}

// constant reports whether a word is a constant of JSON, which reveals nothing.
func constant(word []byte) bool {
	switch string(word) {
	case "true", "false", "null":
		return true
	}
	return false
}
