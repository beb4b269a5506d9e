package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// packedDashes are three of the five dashes that a PEM file begins with, in base64, as Kubernetes,
// the content API of GitHub and others transport files. At any offset of the file in the base64,
// three of the dashes are a group.
const packedDashes = "LS0t"

// packedBegin is the shortest base64 of the beginning of a PEM file.
const packedBegin = packedDashes + "QkVHSU4g"

// isPacked reports whether rest, the text behind packedDashes, continues like a PEM file. The file
// begins with a group or, for example behind a line end, with the second or third byte of one.
func isPacked(rest string) bool {
	return strings.HasPrefix(rest, "LS1CRUdJTiB") || strings.HasPrefix(rest, "QkVHSU4g") || strings.HasPrefix(rest, "LUJFR0lOI")
}

// packedIn reports whether there is a PEM file in base64 in s.
func packedIn(s string) bool {
	for {
		_, rest, ok := strings.Cut(s, packedDashes)
		if !ok || isPacked(rest) {
			return ok
		}
		s = s[len(s)-len(rest)-len(packedDashes)+1:] // there may be further dashes
	}
}

// packedKeys masks base64 PEM files that contain a private key. A file with only a certificate
// stays.
func packedKeys(b []byte) []byte {
	var out edits
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(packedDashes))
		if i < 0 {
			return out.apply(b)
		}
		at += i
		if rest := b[at+len(packedDashes):]; !isPacked(string(rest[:min(len(rest), len(packedBegin))])) {
			at++
			continue
		}
		n, plain := unpack(b[at:])
		if plain = append([]byte("--"), plain...); !bytes.Equal(pemKeys(plain), plain) { // two dashes may be in the previous group
			out.put(b, at, at+n, Mask)
		}
		at += n
	}
}

// Base64 that is broken into lines mostly has 60 to 76 characters in each line except the last.
// Another width is accepted only if the second line has it too. Otherwise that line may be the next
// part of the text.
const (
	shortLine = 60
	longLine  = 76
)

// unpack returns how many bytes at the start of b are base64, and what they decode to. Padding ends
// the base64, since another file may follow.
func unpack(b []byte) (n int, plain []byte) {
	var packed []byte
	line, width := 0, 0 // the length of this line, and of the first one
	for n < len(b) {
		c, size := b[n], 1
		switch {
		case alnum(c), c == '+', c == '/', c == '=':
		case c == '-':
			c = '+'
		case c == '_':
			c = '/'
		default:
			c, size = broken(b[n:])
		}
		if c == '\n' {
			size = blanks(b, n+size) - n // the next line may be indented
			if width == 0 && (shortLine <= line && line <= longLine || wide(b[n+size:], line)) {
				width = line
			}
		}
		padded := len(packed) > 0 && packed[len(packed)-1] == '='
		if size == 0 || c == '\n' && line != width || padded && c != '=' {
			break
		}
		n += size
		if c == '\n' {
			line = 0
			continue
		}
		line++
		packed = append(packed, c)
	}
	packed = bytes.TrimRight(packed, "=")
	plain = make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	k, _ := base64.RawStdEncoding.Decode(plain, packed)
	return n, plain[:k]
}

// wide reports whether the first line of b is base64 of the given width.
func wide(b []byte, width int) bool {
	n := 0
	for n < len(b) && n <= width && (base64Char(b[n]) || b[n] == '-' || b[n] == '_') {
		n++
	}
	return n == width
}

// broken returns the base64 character or line end at the start of b if it is escaped as in a form
// or a JSON string, and the length of the escape. The length is 0 if there is none.
func broken(b []byte) (c byte, size int) {
	for _, e := range [...]struct {
		text string
		is   byte
	}{
		{"\r\n", '\n'},
		{"\n", '\n'},
		{"\r", '\n'},
		{`\r\n`, '\n'},
		{`\n`, '\n'},
		{"%0D%0A", '\n'},
		{"%0A", '\n'},
		{"%2B", '+'},
		{"%2F", '/'},
		{"%3D", '='},
		{`\/`, '/'},
	} {
		if len(b) >= len(e.text) && strings.EqualFold(string(b[:len(e.text)]), e.text) {
			return e.is, len(e.text)
		}
	}
	return 0, 0
}
