package redact

import (
	"net/url"
	"strings"
)

// Segment reports whether a path segment looks like a secret or a random token: a known
// credential format, 32 or more hexadecimal digits, or 20 or more letters and digits without the
// rhythm of words. Words, slugs, numbers, dates, file names, UUIDs and ULIDs do not. Random IDs
// of other kinds do. Percent-encoded segments are decoded first.
func Segment(s string) bool {
	if strings.Contains(s, "%") {
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
	}
	return credential(s) || botToken(s) || random(s)
}

// botToken reports whether s is a path segment of Telegram's API, bot<id>:<token>.
func botToken(s string) bool {
	rest, ok := strings.CutPrefix(s, "bot")
	if !ok {
		return false
	}
	id, token, ok := strings.Cut(rest, ":")
	return ok && token != "" && id != "" && strings.Trim(id, "0123456789") == ""
}

// opaque reports whether s has a part that is not a word: at least 12 characters in one run with
// letters and digits, or 20 without. So sk-learn-0-24 is a name.
func opaque(s string) bool {
	run, digits, letters, found := 0, false, false, false
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits = true
		case alnum(c):
			letters = true
		case c == '_':
		case c == '-' || c == '.' || c == '=':
			run, digits, letters = 0, false, false
			continue
		default:
			return false
		}
		run++
		found = found || letters && (run >= 12 && digits || run >= 20)
	}
	return found
}

// jwt reports whether s is a JSON Web Token: at least two dots between base64url parts, of which
// the first is a JSON object, as its "eyJ" shows.
func jwt(s string) bool {
	dots := 0
	for _, c := range []byte(s) {
		switch {
		case c == '.':
			dots++
		case !alnum(c) && c != '-' && c != '_' && c != '=':
			return false
		}
	}
	return dots >= 2
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// random reports whether s looks random. The share of neighbors of different class (upper, lower,
// digit) distinguishes base64 and base36 from words, whose letters keep their case and whose
// numbers are separate.
func random(s string) bool {
	if len(s) < 20 || s == Mask {
		return false
	}
	if hexadecimal(s) {
		return len(s) >= 32
	}
	if uuid(s) || ulid(s) {
		return false
	}
	var count [3]int // lower, upper, digit
	changes, pairs, run, longest := 0, 0, 0, 0
	last := -1
	for _, c := range []byte(s) {
		class := -1
		switch {
		case 'a' <= c && c <= 'z':
			class = 0
		case 'A' <= c && c <= 'Z':
			class = 1
		case '0' <= c && c <= '9':
			class = 2
		case c == '-' || c == '_' || c == '.' || c == '~' || c == '=' || c == '+':
		default:
			return false
		}
		if class >= 0 {
			count[class]++
			run++
			longest = max(longest, run)
			if last >= 0 {
				pairs++
				if last != class {
					changes++
				}
			}
		} else {
			run = 0
		}
		last = class
	}
	lower, upper, digit := count[0], count[1], count[2]
	all := lower + upper + digit
	letters := lower + upper
	switch {
	case all < 20 || letters*5 < all:
		return false
	case lower > 0 && upper > 0 && digit > 0:
		return changes*100 >= pairs*40
	case lower > 0 && upper > 0:
		return all >= 24 && longest >= 12 && changes*100 >= pairs*40
	case digit > 0:
		return all >= 24 && longest >= 16 && changes*100 >= pairs*22
	}
	return false
}

func hexadecimal(s string) bool {
	digits, letters := false, false
	for _, c := range []byte(s) {
		if unhex(c) > 15 {
			return false
		}
		if c <= '9' {
			digits = true
		} else {
			letters = true
		}
	}
	return digits && letters
}

// uuid reports whether s has the 8-4-4-4-12 form of a UUID.
func uuid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && unhex(c) > 15 {
			return false
		}
	}
	return true
}

// ulid reports whether s is a ULID of the present, which begins with 01.
func ulid(s string) bool {
	if len(s) != 26 || s[0] != '0' || s[1] != '1' {
		return false
	}
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if !alnum(c) || c == 'I' || c == 'L' || c == 'O' || c == 'U' {
			return false
		}
	}
	return true
}
