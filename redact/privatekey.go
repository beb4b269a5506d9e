package redact

import (
	"bytes"
	"strings"
)

// The marks of a private key in PEM (RFC 7468), of OpenSSH and of PGP.
const (
	keyBegin = "-----BEGIN"
	keyLabel = "PRIVATE"
	keyDash  = "-----"
)

// privateKeys masks private keys in PEM, also if that is in base64.
func privateKeys(b []byte) []byte {
	if bytes.Contains(b, []byte(keyLabel)) {
		b = pemKeys(b)
	}
	return packedKeys(b)
}

// pemKeys masks the text between the first and last line of private keys. In a JSON string the line
// ends are escaped, and a quote ends a key that is truncated. In a form and in a URL the blanks are
// escaped too, and the next parameter ends it.
func pemKeys(b []byte) []byte {
	var out edits
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(keyBegin))
		if i < 0 {
			return out.apply(b)
		}
		at += i + len(keyBegin)
		line := b[at:min(at+64, len(b))] // labels are short
		label, _, ok := bytes.Cut(line, []byte(keyDash))
		ends := keyEnds(label)
		if !ok || ends == "" {
			continue
		}
		at += len(label) + len(keyDash)
		n := keyText(b[at:], ends)
		if holdsKey(b[at : at+n]) {
			out.put(b, at, at+n, Mask)
		}
		at += n
	}
}

// keyEnds returns the characters that end a key with this label if no line does. It is "" if the
// label is not that of a private key.
func keyEnds(label []byte) string {
	switch {
	case bytes.Contains(label, []byte(" PRIVATE KEY")):
		return `"<`
	case bytes.Contains(label, []byte("+PRIVATE+KEY")), bytes.Contains(label, []byte("%20PRIVATE%20KEY")):
		return "\"<>& \t\r\n"
	}
	return ""
}

// keyText returns how many bytes of b belong to a key: up to the next line of dashes, up to the end
// of the enclosing string or element, or all.
func keyText(b []byte, ends string) int {
	if i := bytes.Index(b, []byte(keyDash)); i >= 0 {
		b = b[:i] // this comes first, so that each of many keys is read only once
	}
	if i := bytes.IndexAny(b, ends); i >= 0 {
		return len(bytes.TrimRight(b[:i], `\`)) // the backslashes escape the quote
	}
	return len(b)
}

// holdsKey reports whether a text has 16 characters of base64 in a row. A text that only mentions
// keys has just the lines. A percent-escape ends a row, so that a key that is escaped later is not
// one either.
func holdsKey(b []byte) bool {
	run := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if !alnum(c) && c != '+' && c != '/' {
			if run = 0; c == '%' {
				i += 2
			}
			continue
		}
		if run++; run == shortest {
			return true
		}
	}
	return false
}

// privateKeysOf is privateKeys for a string.
func privateKeysOf(s string) string {
	if !strings.Contains(s, keyLabel) && !packedIn(s) {
		return s
	}
	return string(privateKeys([]byte(s)))
}
