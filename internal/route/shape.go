package route

import (
	"strings"
	"unicode/utf8"
)

// shape returns the placeholder of a segment whose form as a whole is known, otherwise "".
func shape(s string) string {
	switch {
	case all(s, isDigit): // the most frequent case
		return nameID
	case !utf8.ValidString(s):
		return nameAny
	case isUUID(s):
		return nameUUID
	case isDate(s):
		return nameDate
	case isNumber(s):
		return nameID
	case len(s) >= 16 && all(s, isHex):
		return nameHash
	case isEmail(s):
		return nameEmail
	case isBotToken(s):
		return nameToken
	}
	return ""
}

// isVerb reports whether s is a custom method after a colon, as in jobs/7:run.
func isVerb(s string) bool {
	return len(s) >= 2 && isLower(s[0]) && all(s, isLetter) && plain(s)
}

func isExtension(s string) bool {
	switch strings.ToLower(s) {
	case "json", "jsonl", "ndjson", "xml", "html", "htm", "csv", "tsv", "txt", "md", "pdf", "png", "jpg", "jpeg", "gif", "svg", "webp",
		"ico", "zip", "gz", "tar", "tgz", "js", "css", "mp3", "mp4", "m3u8", "ts", "yaml", "yml", "ics", "rss", "atom", "parquet", "bin", "php":
		return true
	}
	return false
}

func isUUID(s string) bool {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// isDate reports whether s has the form 2006-01 or 2006-01-02, or the latter followed by T and a
// time.
func isDate(s string) bool {
	if i := strings.IndexAny(s, "Tt"); i == 10 && len(s) <= 40 {
		for j := i + 1; j < len(s); j++ {
			if !isDigit(s[j]) && strings.IndexByte(":.+-Zz", s[j]) < 0 {
				return false
			}
		}
		s = s[:i]
	}
	if len(s) != 7 && len(s) != 10 {
		return false
	}
	for i := range len(s) {
		if dash := i == 4 || i == 7; dash != (s[i] == '-') || !dash && !isDigit(s[i]) {
			return false
		}
	}
	return s[5] <= '1' && (len(s) == 7 || s[8] <= '3')
}

// isNumber reports whether s has a digit and no letters. Versions, coordinates,
// ranges and telephone numbers are numbers too.
func isNumber(s string) bool {
	digit := false
	for i := range len(s) {
		if isDigit(s[i]) {
			digit = true
		} else if strings.IndexByte(".,-+:_~ ", s[i]) < 0 {
			return false
		}
	}
	return digit
}

func isEmail(s string) bool {
	i := strings.LastIndexByte(s, '@')
	return i > 0 && strings.IndexByte(s[i+1:], '.') > 0
}

// isBotToken reports whether s is bot<number>:<secret>, the credential of Telegram.
func isBotToken(s string) bool {
	head, tail, ok := strings.Cut(s, ":")
	head = strings.TrimPrefix(head, "bot")
	return ok && tail != "" && head != "" && all(head, isDigit) && !isVerb(tail)
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

func all(s string, f func(byte) bool) bool {
	for i := range len(s) {
		if !f(s[i]) {
			return false
		}
	}
	return true
}
