// Package safetext makes third-party text safe to show: to print on a terminal, to log, to put on a
// page or into a label.
package safetext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Hidden reports whether a character is not visible as itself. Such a character controls the
// terminal, ends a line, sets the direction of text, joins or splits words invisibly, or is for
// private use, so that nobody knows what it looks like.
func Hidden(c rune) bool {
	if c < 0x7f {
		return c < ' '
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// Replace returns s as valid UTF-8 with U+FFFD in place of hidden characters.
func Replace(s string) string {
	return strings.Map(func(c rune) rune {
		if Hidden(c) {
			return unicode.ReplacementChar
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Escape returns s with hidden characters and invalid UTF-8 escaped. A reader of JSON reads the
// escapes as the same characters. Line breaks and tabs stay.
func Escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		high, low := utf16.EncodeRune(c)
		switch {
		case c == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case c == '\n', c == '\t', !Hidden(c):
			b.WriteRune(c)
		case high != utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
		i += n
	}
	return b.String()
}
