package safetext

import (
	"strings"
	"unicode/utf8"
)

// Line returns s as one line of valid UTF-8, without hidden characters and without the sequences
// that a terminal obeys. Line breaks and tabs become spaces.
func Line(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = ' ' <= s[i] && s[i] < 0x7f
	}
	if plain {
		return s
	}
	// A sequence that begins after the last terminator never ends.
	last := max(strings.LastIndexByte(s, 0x07), strings.LastIndex(s, "\x1b\\"), strings.LastIndex(s, "\u009c"))
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '\n' || c == '\r' || c == '\t' || c == '\u2028' || c == '\u2029' || c == '\u0085':
			b.WriteByte(' ')
		case c == 0x1b || c == '\u009b' || c == '\u009d' || c == '\u0090':
			i += n
			i += sequence(s[i:], c, i <= last)
			continue
		case Hidden(c):
		default:
			b.WriteRune(c) // c is the replacement character if the UTF-8 is invalid
		}
		i += n
	}
	return b.String()
}

// sequence returns the length of a terminal escape sequence after the rune that starts it. ends
// says whether the terminator of a string follows anywhere.
func sequence(s string, start rune, ends bool) int {
	i := 0
	if start == 0x1b {
		if s == "" {
			return 0
		}
		switch s[0] {
		case '[':
			start = '\u009b'
		case ']', 'P', 'X', '^', '_':
			start = '\u009d'
		}
		if start == 0x1b {
			for i < len(s) && 0x20 <= s[i] && s[i] <= 0x2f {
				i++
			}
			if i < len(s) && 0x30 <= s[i] && s[i] <= 0x7e {
				i++
			}
			return i
		}
		i++
	}
	if start == '\u009b' {
		for i < len(s) && 0x20 <= s[i] && s[i] <= 0x3f {
			i++
		}
		if i < len(s) && 0x40 <= s[i] && s[i] <= 0x7e {
			i++
		}
		return i
	}
	// A string such as a title or a link ends with BEL or ST. If it never ends, only its opening is
	// dropped, because the rest may be the message.
	for j := i; ends && j < len(s); j++ {
		switch {
		case s[j] == 0x07:
			return j + 1
		case s[j] == 0x1b && j+1 < len(s) && s[j+1] == '\\':
			return j + 2
		case strings.HasPrefix(s[j:], "\u009c"):
			return j + 2
		}
	}
	return i
}
