package redact

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// json masks by token offsets: it reads tokens and no grammar, so that a body
// that was cut off, JSON lines and the data lines of an event stream all work,
// and it copies the bytes between the masks. It does not recurse: the depth of
// nesting is a counter.
func (n nest) json(b []byte) []byte {
	var out []byte
	done := 0 // the number of bytes of b that out covers
	put := func(from, to int, s string) {
		if string(b[from:to]) == s {
			return
		}
		out = append(append(out, b[done:from]...), s...)
		done = to
	}
	armed := false // whether the next value belongs to a secret name
	level := 0     // the open brackets below a secret name, 0 outside of it
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '"':
			end, closed := stringEnd(b, i, armed || level > 0)
			after := end
			for after < len(b) && (b[after] == ' ' || b[after] == '\t' || b[after] == '\r' || b[after] == '\n') {
				after++
			}
			raw := b[i+1 : end]
			if closed {
				raw = b[i+1 : end-1]
			}
			switch {
			case closed && after < len(b) && b[after] == ':': // a key
				armed = n.r.secretKey(raw)
				i = after + 1
				continue
			case len(raw) == 0:
			case armed || level > 0:
				if closed {
					put(i+1, end-1, Mask)
				} else {
					put(i+1, end, Mask)
				}
			default:
				text := string(raw)
				if masked := n.jsonString(text); masked != text {
					put(i+1, i+1+len(raw), masked)
				}
			}
			armed = false
			i = end
		case '{', '[':
			if armed || level > 0 {
				level++
			}
			armed = false
			i++
		case '}', ']':
			level = max(level-1, 0)
			armed = false
			i++
		case ',':
			armed = false
			i++
		default:
			if c == '-' || '0' <= c && c <= '9' {
				end := i + 1
				for end < len(b) && (alnum(b[end]) || b[end] == '+' || b[end] == '-' || b[end] == '.') {
					end++
				}
				if armed || level > 0 {
					put(i, end, "0")
				}
				armed = false
				i = end
				continue
			}
			i++
		}
	}
	if done == 0 {
		return b
	}
	return append(out, b[done:]...)
}

// stringEnd returns where the string that begins at b[i] ends, after its
// closing quote if it has one. No JSON string spans lines, so the end of
// a line closes it too: otherwise a stray quote would swap strings and the text
// between them from there on. A secret string is read on, so that its second
// line is masked too.
func stringEnd(b []byte, i int, secret bool) (end int, closed bool) {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		case '\n', '\r':
			if !secret {
				return i, false
			}
		}
	}
	return len(b), false
}

func (r *Redactor) secretKey(raw []byte) bool {
	name := string(raw)
	if strings.Contains(name, `\`) {
		name = jsonUnescape(name)
	}
	return r.Field(name)
}

// jsonString masks what is secret in a string value whatever its name: a
// credential, a URL that carries one, a JSON text.
func (n nest) jsonString(raw string) string {
	plain := raw
	if strings.Contains(raw, `\`) {
		plain = jsonUnescape(raw)
	}
	masked := plain
	switch {
	case credential(plain):
		return Mask
	case !n.deepest() && looksJSON([]byte(plain)) && strings.Contains(plain, `"`):
		masked = string(n.inner().json([]byte(plain)))
	case strings.Contains(plain, "://"):
		masked = n.urls(plain)
	}
	if masked == plain {
		return raw
	}
	return jsonEscape(masked, 0)
}

// jsonUnescape decodes the inside of a JSON string. Malformed escapes stay.
func jsonUnescape(s string) string {
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
