package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// basics masks a user and password behind Basic that is shorter than the words that
// [nest.passages] looks at: admin:admin has 16 characters with its padding.
func basics(b []byte) []byte {
	var out edits
	for _, scheme := range []string{"asic ", "ASIC "} {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte(scheme))
			if i < 0 {
				break
			}
			begin := at + i - 1
			at += i + len(scheme)
			if begin < 0 || b[begin]|0x20 != 'b' || begin > 0 && passageChar(b[begin-1]) {
				continue
			}
			end := at
			for end < len(b) && end-at <= shortest && base64Char(b[end]) {
				end++
			}
			if shortBasic(string(b[at:end])) {
				out.put(b, at, end, Mask)
				at = end
			}
		}
	}
	return out.apply(b)
}

func basicsOf(s string) string {
	if !strings.Contains(s, "asic ") && !strings.Contains(s, "ASIC ") {
		return s // as nearly all are
	}
	return string(basics([]byte(s)))
}

// shortBasic reports whether s is a short user:password in base64. A short word of prose
// may be that by chance, so this one has its padding and is readable.
func shortBasic(s string) bool {
	if len(s) < 8 || len(s) > shortest || len(s)%4 != 0 {
		return false
	}
	plain, err := base64.StdEncoding.DecodeString(s)
	if err != nil || strings.IndexByte(string(plain), ':') <= 0 {
		return false
	}
	for _, c := range plain {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
