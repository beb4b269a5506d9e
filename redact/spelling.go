package redact

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escapedAt returns the ASCII character that an escape at s[i] stands for, and how many bytes the
// escape has, 0 if there is none. It knows &amp; and the numeric references of XML and HTML, and
// \/, \u0026 and \x26 of JSON and JavaScript, also in JSON within JSON.
func escapedAt[T string | []byte](s T, i int) (c byte, n int) {
	if i == len(s) {
		return 0, 0
	}
	switch s[i] {
	case '&':
		return referenceAt(s, i)
	case '\\':
		at := i + 1
		for at < len(s) && s[at] == '\\' {
			at++
		}
		switch rest := string(s[at:min(at+len("u0000"), len(s))]); {
		case rest == "":
		case rest[0] == '/':
			return '/', at + 1 - i
		case rest[0] == 'u' && len(rest) == len("u0000"):
			c, n = hexadecimalOf(rest[1:]), len(rest)
		case rest[0] == 'x' && len(rest) >= len("x00"):
			c, n = hexadecimalOf(rest[1:3]), len("x00")
		}
		if c > 0 {
			return c, at + n - i
		}
	}
	return 0, 0
}

// longestReference is the length of the longest reference that referenceAt reads.
const longestReference = len("&#x0026;")

// referenceAt is escapedAt for markup. s[i] is an ampersand. References by another name than amp are
// those of characters that end a URL.
func referenceAt[T string | []byte](s T, i int) (c byte, n int) {
	r, n := xmlReference(string(s[i:min(i+longestReference, len(s))]))
	if n == 0 || r >= utf8.RuneSelf || s[i+1] != '#' && r != '&' {
		return 0, 0
	}
	return byte(r), n
}

// hexadecimalOf returns the ASCII character with a number, or 0.
func hexadecimalOf(number string) byte {
	r, err := strconv.ParseUint(number, 16, 7)
	if err != nil {
		return 0
	}
	return byte(r)
}

// quoteAt reports whether the ampersand at s[i] begins a character that ends a URL in markup.
func quoteAt[T string | []byte](s T, i int) bool {
	name, _, ok := strings.Cut(string(s[i+1:min(i+len("&quot;"), len(s))]), ";")
	return ok && (name == "quot" || name == "apos" || name == "lt" || name == "gt" || name == "nbsp")
}

// linkEnd returns the end of the URL of which s[i] is a part, and whether any of its characters are
// escaped. Other characters than those within end it.
func linkEnd[T string | []byte](s T, i int, within *charset) (end int, escaped bool) {
	for i < len(s) {
		if s[i] == '&' || s[i] == '\\' {
			c, n := escapedAt(s, i)
			if n > 0 && within.has(c) {
				i += n
				escaped = true
				continue
			}
			if n > 0 || s[i] == '&' && quoteAt(s, i) {
				break
			}
		}
		if !within.has(s[i]) {
			break
		}
		i++
	}
	return i, escaped
}

// spellings are the escapes by which a text writes characters, except letters and digits.
type spellings map[byte]string

// unspell returns a text without its escapes, and how it writes the escaped characters.
func unspell(s string) (string, spellings) {
	var b strings.Builder
	how := spellings{}
	for i := 0; i < len(s); {
		c, n := escapedAt(s, i)
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		if _, known := how[c]; !known && !alnum(c) {
			how[c] = s[i : i+n]
		}
		b.WriteByte(c)
		i += n
	}
	return b.String(), how
}

// write returns a text with its escapes.
func (how spellings) write(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if text, ok := how[s[i]]; ok {
			b.WriteString(text)
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// escapedLink masks a URL with escapes by mask. What is in front of the masked part and behind it
// keeps its bytes, and the masked part has the escapes of the URL.
func escapedLink(s string, mask func(string) string) string {
	plain, how := unspell(s)
	masked := mask(plain)
	if masked == plain {
		return s
	}
	front := 0
	for front < min(len(plain), len(masked)) && plain[front] == masked[front] {
		front++
	}
	for front > 0 && alnum(plain[front-1]) { // not within a word
		front--
	}
	behind := 0
	for behind < min(len(plain), len(masked))-front && plain[len(plain)-1-behind] == masked[len(masked)-1-behind] {
		behind++
	}
	for behind > 0 && alnum(plain[len(plain)-behind]) {
		behind--
	}
	return s[:spelledAt(s, front)] + how.write(masked[front:len(masked)-behind]) + s[spelledAt(s, len(plain)-behind):]
}

// spelledAt returns where the character number n of a text without escapes is in the text.
func spelledAt(s string, n int) (i int) {
	for range n {
		_, size := escapedAt(s, i)
		i += max(size, 1)
	}
	return i
}
