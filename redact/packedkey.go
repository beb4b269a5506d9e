package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// packedDashes are three of the five dashes that a PEM file begins with, in base64 as Kubernetes, the
// content API of GitHub and others have files: three that are a group of it, wherever the file begins in that.
const packedDashes = "LS0t"

// packedBegin is the least that base64 with the beginning of a PEM file has.
const packedBegin = packedDashes + "QkVHSU4g"

// isPacked reports whether what stands behind packedDashes goes on as a PEM file, which begins with a
// group or, as behind a line end, with the second or third byte of one.
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
		s = s[len(s)-len(rest)-len(packedDashes)+1:] // there may be more dashes
	}
}

// packedKeys masks PEM files in base64 that hold a private key. A certificate alone stays.
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
		if plain = append([]byte("--"), plain...); !bytes.Equal(pemKeys(plain), plain) { // they may be in the group before
			out.put(b, at, at+n, Mask)
		}
		at += n
	}
}

// Base64 that is broken into lines mostly has 60 to 76 characters in each but the last. Any other width is believed
// if the second line has it too: otherwise that may be what comes next in the text.
const (
	shortLine = 60
	longLine  = 76
)

// unpack returns how many bytes of b are base64, from its start on, and what they are. What pads it ends it: another
// file may follow.
func unpack(b []byte) (n int, plain []byte) {
	var packed []byte
	line, width := 0, 0 // how long this line is, and the first one
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

// wide reports whether the first line of b is base64 of that width.
func wide(b []byte, width int) bool {
	n := 0
	for n < len(b) && n <= width && (base64Char(b[n]) || b[n] == '-' || b[n] == '_') {
		n++
	}
	return n == width
}

// broken returns the character of base64, or the line end in it, that a form or a string of JSON has in another way
// at the start of b, and how long it is there; 0 if there is none.
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
