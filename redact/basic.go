package redact

import (
	"encoding/base64"
	"strings"
)

// basics masks a user and password behind Basic also if they are too short for [nest.passages], or
// their base64 has escapes or a slash near its beginning. That of admin:admin has 16 characters.
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
		word, end := base64Word(room[:0], b, at)
		if long := len(word) > shortest; long && userAndPassword(string(word)) || !long && shortBasic(string(word)) {
			out.put(b, at, end, Mask)
			at = end
		}
	}
}

// base64Word returns the word of base64 at b[i] without its escapes, appended to room, and where it
// ends.
func base64Word[T string | []byte](room []byte, b T, i int) (word []byte, end int) {
	for word = room; len(word) <= longestBasic; {
		c, n := base64At(b, i)
		if n == 0 {
			break
		}
		word, i = append(word, c), i+n
	}
	return word, i
}

// longestBasic is the length of the longest word that base64Word reads to its end.
const longestBasic = 8 << 10

// base64At returns the character of base64 at b[i], and how many bytes it takes: more than one if it
// is escaped, as some programs write /, + and =. It returns 0 if there is none.
func base64At[T string | []byte](b T, i int) (c byte, n int) {
	switch {
	case i == len(b):
		return 0, 0
	case base64Char(b[i]):
		return b[i], 1
	case b[i] == '%' && len(b)-i >= len("%00"):
		c, n = hexadecimalOf(string(b[i+1:i+len("%00")])), len("%00")
	default:
		c, n = escapedAt(b, i)
	}
	if c == 0 || !base64Char(c) {
		return 0, 0
	}
	return c, n
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
