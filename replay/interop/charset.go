package interop

import "unicode/utf8"

// encodeAs encodes a text in a charset with one byte for each character. It returns false if the
// charset is another, or has no byte for a character. Browsers read what calls itself ISO 8859-1 as
// windows-1252, so both are the same here.
func encodeAs(charset, s string) ([]byte, bool) {
	switch charset {
	case "iso-8859-1", "latin1", "latin-1", "iso8859-1", "windows-1252", "cp1252", "us-ascii", "ascii":
	default:
		return nil, false
	}
	return latin1(s)
}

// latin1 returns a byte for each character, or false if a character has none.
func latin1(s string) ([]byte, bool) {
	b := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] != '\xef': // not UTF-8
			return nil, false
		case r < 0x100:
			b = append(b, byte(r))
		default:
			c, ok := windows1252(r)
			if !ok {
				return nil, false
			}
			b = append(b, c)
		}
	}
	return b, true
}

// windows1252 returns the byte of a character that windows-1252 has instead of the control
// characters from 0x80 to 0x9f.
func windows1252(r rune) (byte, bool) {
	const table = "€\x00‚ƒ„…†‡ˆ‰Š‹Œ\x00Ž\x00\x00‘’“”•–—˜™š›œ\x00žŸ"
	c := byte(0x80)
	for _, have := range table {
		if have == r {
			return c, true
		}
		c++
	}
	return 0, false
}
