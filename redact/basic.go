package redact

import (
	"encoding/base64"
	"strings"
)

// basics masks a user and password behind Basic that are too short for [nest.passages]: in base64
// with its padding, admin:admin has 16 characters.
func basics(b []byte) []byte {
	var out edits
	for at := 0; ; {
		at = basicEnd(b, at)
		if at < 0 {
			return out.apply(b)
		}
		if begin := at - len("Basic "); begin < 0 || b[begin]|0x20 != 'b' || begin > 0 && passageChar(b[begin-1]) {
			continue
		}
		var room [shortest + 1]byte
		word, end := room[:0], at
		for len(word) < len(room) {
			c, n := base64At(b, end)
			if n == 0 {
				break
			}
			word, end = append(word, c), end+n
		}
		if shortBasic(string(word)) {
			out.put(b, at, end, Mask)
			at = end
		}
	}
}

// base64At returns the character of base64 at b[i], and how many bytes it takes: more than one if it
// is escaped, as some programs write / and = in JSON, also in JSON within JSON. It returns 0 if there
// is none.
func base64At(b []byte, i int) (c byte, n int) {
	if i < len(b) && base64Char(b[i]) {
		return b[i], 1
	}
	at := i
	for at < len(b) && b[at] == '\\' {
		at++
	}
	if at == i || at == len(b) {
		return 0, 0
	}
	if b[at] == '/' {
		return '/', at + 1 - i
	}
	const u = len("u0000")
	if b[at] != 'u' || len(b) < at+u {
		return 0, 0
	}
	if r, ok := unhex4(string(b[at+1 : at+u])); ok && r < 0x80 && base64Char(byte(r)) {
		return byte(r), at + u - i
	}
	return 0, 0
}

// basicEnd returns where the first "asic " or "ASIC " that begins at from or later ends, or -1. It
// looks at every fifth byte, and at more only if that byte is in one of these words.
func basicEnd(b []byte, from int) int {
	const length = len("asic ")
	for last := from + length - 1; last < len(b); {
		step := toBlank(b[last])
		if step == 0 {
			if word := b[last+1-length : last+1]; string(word) == "asic " || string(word) == "ASIC " {
				return last + 1
			}
			step = length
		}
		last += step
	}
	return -1
}

// toBlank returns how far the blank is behind c in "asic " and "ASIC ", and their length for a byte
// that is not in them.
func toBlank(c byte) int {
	const (
		none    = "\x05\x05\x05\x05\x05\x05\x05\x05"
		letters = "\x05\x04\x05\x01\x05\x05\x05\x05\x05\x02\x05\x05\x05\x05\x05\x05" + "\x05\x05\x05\x03\x05\x05\x05\x05" + none
		ascii   = none + none + none + none + "\x00\x05\x05\x05\x05\x05\x05\x05" + none + none + none + letters + letters
		beyond  = none + none + none + none + none + none + none + none
		table   = ascii + beyond + beyond
	)
	return int(table[c])
}

func basicsOf(s string) string {
	if !strings.Contains(s, "asic ") && !strings.Contains(s, "ASIC ") {
		return s // as nearly all texts
	}
	return string(basics([]byte(s)))
}

// shortestBasic is the length of the shortest user:password in base64 with its padding.
const shortestBasic = 8

// shortBasic reports whether s is a short user:password in base64. A short word of prose may be
// base64 by chance, so s must have its padding and decode to readable text.
func shortBasic(s string) bool {
	if len(s) < shortestBasic || len(s) > shortest || len(s)%4 != 0 {
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
