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

// privateKeys masks private keys in PEM, as they are and in base64.
func privateKeys(b []byte) []byte {
	if bytes.Contains(b, []byte(keyLabel)) {
		b = pemKeys(b)
	}
	return packedKeys(b)
}

// pemKeys masks what stands between the lines of a private key. In a string of JSON
// its line ends are escaped, and a quote ends one that is cut off. In a form and in a URL its
// blanks are escaped too, and there the next parameter ends it.
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

// keyEnds returns what ends a key with a label where no line does, "" if it is none of a
// private key.
func keyEnds(label []byte) string {
	switch {
	case bytes.Contains(label, []byte(" PRIVATE KEY")):
		return `"<`
	case bytes.Contains(label, []byte("+PRIVATE+KEY")), bytes.Contains(label, []byte("%20PRIVATE%20KEY")):
		return "\"<>& \t\r\n"
	}
	return ""
}

// keyText returns how many bytes of b belong to a key: up to the next line of dashes, to the
// end of the string or of the element that it is in, or all.
func keyText(b []byte, ends string) int {
	if i := bytes.Index(b, []byte(keyDash)); i >= 0 {
		b = b[:i] // first, so that many keys are read once each
	}
	if i := bytes.IndexAny(b, ends); i >= 0 {
		return len(bytes.TrimRight(b[:i], `\`)) // which escape the quote
	}
	return len(b)
}

// holdsKey reports whether a text has 16 characters of base64 in a row: what speaks of
// keys has the lines alone. What is escaped as in a URL ends a row, so that one which is
// escaped later is none either.
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
