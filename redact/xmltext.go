package redact

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// xmlUnescape decodes the references in a text of XML, and returns it itself if it has none. It keeps
// malformed ones and the entities of a document type.
func xmlUnescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '&' {
			b.WriteByte(s[i])
			continue
		}
		if c, n := xmlReference(s[i:]); n > 0 {
			b.WriteRune(c)
			i += n - 1
		} else {
			b.WriteByte('&')
		}
	}
	return b.String()
}

// xmlReference returns the character that the reference at the beginning of s stands for, and the
// length of the reference, 0 if it is none.
func xmlReference(s string) (c rune, n int) {
	name, _, ok := strings.Cut(s[1:min(len("&#x0010FFFF;"), len(s))], ";")
	if !ok {
		return 0, 0
	}
	switch name {
	case "amp":
		c = '&'
	case "lt":
		c = '<'
	case "gt":
		c = '>'
	case "quot":
		c = '"'
	case "apos":
		c = '\''
	default:
		if number, ok := strings.CutPrefix(name, "#"); ok {
			c = runeOf(number)
		}
	}
	if c == 0 {
		return 0, 0
	}
	return c, len(name) + len("&;")
}

// runeOf returns the character with a number as a reference writes it, decimal or after an x
// hexadecimal, or 0.
func runeOf(number string) (c rune) {
	base := rune(10)
	if hex, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
		base, number = 16, hex
	}
	for i := range len(number) {
		d := rune(unhex(number[i]))
		if c = c*base + d; d >= base || c > utf8.MaxRune {
			return 0
		}
	}
	return c
}

// xmlEscape writes a text of XML. Quotes need no reference there.
func xmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// xmlJSON masks the JSON text that an element contains. plain says that the text has no references, as
// in CDATA.
func xmlJSON(n nest, out *edits, b []byte, from, to int, plain bool) {
	text := bytes.TrimLeft(b[from:to], " \t\r\n")
	if n.deepest() || len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return
	}
	decoded := string(text)
	if !plain {
		decoded = xmlUnescape(decoded)
	}
	if !mediatype.LooksJSON([]byte(decoded)) {
		return
	}
	masked := string(n.inner().json([]byte(decoded)))
	if masked == decoded {
		return
	}
	if !plain {
		masked = xmlEscape(masked)
	}
	out.put(b, to-len(text), to, masked)
}
