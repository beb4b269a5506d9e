package redact

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s made safe to print or log on one line: valid UTF-8 without
// control characters, terminal escape sequences and characters that turn the
// direction of text (line breaks and tabs become spaces); literals masked; in
// URLs the same masks as [Redactor.Location]; the values of secret names
// written as name=value, "name": "value" or Name: value; what follows Bearer
// or Basic; and credentials of a known format.
func (r *Redactor) Text(s string) string {
	s = r.maskLiterals(s)
	if tidy := clean(s); tidy != s {
		// A terminal sequence may swallow the beginning of a secret's name.
		s = clean(r.words(r.urls(s, 0)))
	}
	// Masking can bring a name and a value together that were apart, so go on
	// until nothing changes; ordinary text needs the one pass that sees that.
	for range 4 {
		next := r.words(r.urls(r.maskLiterals(s), 0))
		if next == s {
			break
		}
		s = next
	}
	return s
}

// clean drops what acts on a terminal instead of being shown.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = ' ' <= s[i] && s[i] < 0x7f
	}
	if plain {
		return s
	}
	// Past the last terminator no sequence is looked for its end again.
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
		case unprintable(c):
		default:
			b.WriteRune(c) // the replacement character for invalid UTF-8
		}
		i += n
	}
	return b.String()
}

// sequence returns the length of a terminal escape sequence after the rune
// that begins it; ends tells whether a string's terminator follows somewhere.
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
	// A string such as a title or a link ends with BEL or ST. One that never
	// ends would swallow the message, so then only its opening goes.
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

// unprintable reports control characters, those that set the direction of
// text, invisible ones that can split a word unseen, and tags.
func unprintable(c rune) bool {
	switch {
	case unicode.IsControl(c), c == '\u061c', c == '\u200b', c == '\u200e', c == '\u200f', c == '\ufeff',
		'\u2028' <= c && c <= '\u202e', '\u2060' <= c && c <= '\u206f', '\ufff9' <= c && c <= '\ufffb',
		0xe0000 <= c && c <= 0xe007f:
		return true
	}
	return false
}

// urls masks the absolute URLs in s.
func (r *Redactor) urls(s string, depth int) string {
	if !strings.Contains(s, "://") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		start := i
		for start > 0 && (alnum(s[start-1]) || s[start-1] == '+' || s[start-1] == '-' || s[start-1] == '.') {
			start--
		}
		end := i + 3
		for end < len(s) && s[end] > ' ' && !strings.ContainsRune("\"<>`\\", rune(s[end])) {
			end++
		}
		b.WriteString(s[:start])
		b.WriteString(r.location(s[start:end], depth))
		s = s[end:]
	}
}

// words masks what stands by a secret name and credentials on their own.
func (r *Redactor) words(s string) string {
	var b strings.Builder
	done := 0 // how much of s is in b
	for i := 0; i < len(s); {
		if !wordChar(s[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(s) && wordChar(s[end]) {
			end++
		}
		from, to := r.secretAt(s, i, end)
		if from < to {
			if s[from:to] != Mask {
				b.WriteString(s[done:from])
				b.WriteString(Mask)
				done = to
			}
			i = max(end, to)
			continue
		}
		i = end
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

func wordChar(c byte) bool {
	return alnum(c) || c == '_' || c == '-' || c == '.' || c == '[' || c == '%' || c >= 0x80
}

// secretAt returns the secret that the word s[i:end] is or announces, or an
// empty range.
func (r *Redactor) secretAt(s string, i, end int) (from, to int) {
	word := s[i:end]
	if trimmed := strings.Trim(word, ".[-"); credential(trimmed) {
		from = i + strings.Index(word, trimmed)
		return from, from + len(trimmed)
	}
	if end < len(s) && s[end] == ':' && strings.HasPrefix(word, "bot") {
		to = end + 1
		for to < len(s) && (alnum(s[to]) || s[to] == '_' || s[to] == '-') {
			to++
		}
		if botToken(s[i:to]) {
			return i + len("bot"), to
		}
	}
	if strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic") {
		if from, to = scheme(s, word, end); from < to {
			return from, to
		}
	}
	return r.assigned(s, word, end)
}

// scheme returns the credential after Bearer or Basic. Both are ordinary words
// too: "Bearer token is missing", "Basic plan".
func scheme(s, word string, end int) (from, to int) {
	from = end
	for from < len(s) && (s[from] == ' ' || s[from] == ':') {
		from++
	}
	to = from
	for to < len(s) && (base64Char(s[to]) || s[to] == '.' || s[to] == '~') {
		to++
	}
	value := s[from:to]
	if from == end || value == "" {
		return 0, 0
	}
	if strings.EqualFold(word, "basic") {
		plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
		if err != nil || !strings.Contains(string(plain), ":") {
			return 0, 0
		}
		return from, to
	}
	switch strings.ToLower(strings.TrimRight(value, ".")) {
	case "token", "tokens", "auth", "authentication", "authorization", "scheme", "is", "was", "not", "and", "or", "for",
		"in", "required", "missing", "invalid", "error", "realm=", "error=", "scope=", "credentials", "header":
		return 0, 0
	}
	return from, to
}

// assigned returns the value given to a secret name by = or :, quoted or not.
func (r *Redactor) assigned(s, name string, end int) (from, to int) {
	i := end
	for i < len(s) && i < end+2 && strings.IndexByte("\"'\\]", s[i]) >= 0 {
		i++
	}
	quotedName := i > end
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i >= len(s) || s[i] != '=' && s[i] != ':' {
		return 0, 0
	}
	equals := s[i] == '='
	if !r.named(name, equals) {
		return 0, 0
	}
	i++
	spaced := false
	for i < len(s) && strings.IndexByte(" =>[(", s[i]) >= 0 {
		spaced = spaced || s[i] == ' '
		i++
	}
	quote := byte(0)
	escaped := i < len(s) && s[i] == '\\' // JSON inside JSON
	if escaped {
		i++
	}
	if i < len(s) && strings.IndexByte("\"'`", s[i]) >= 0 {
		quote = s[i]
		i++
	}
	var buf squeezed
	plain := squeeze(name, &buf)
	switch {
	case hasSuffix(plain, "cookie"):
		return i, until(s, i, "\"'`]}")
	case hasSuffix(plain, "authorization"):
		to = until(s, i, " \"'`]},")
		name := s[i:to]
		if to == len(s) || s[to] != ' ' || !isScheme(name) {
			return i, to
		}
		i = to + 1
		switch strings.ToLower(name) {
		case "bearer", "basic", "token":
			return i, until(s, i, " \"'`]},")
		}
		return i, until(s, i, "]}") // Digest and its kind: a list
	case quote != 0:
		to = i
		for to < len(s) && s[to] != quote {
			if s[to] == '\\' {
				if escaped && to+1 < len(s) && s[to+1] == quote {
					break
				}
				to++
			}
			to++
		}
		return i, min(to, len(s))
	}
	to = until(s, i, " &,;\"'`)]}<>|")
	// "cannot fetch token: 401 Unauthorized" is prose.
	if !equals && spaced && !quotedName && prose(plain) && !dense(s[i:to]) {
		return 0, 0
	}
	return i, to
}

// named reports whether name is secret before = (as in a query) or : (as in
// JSON and in headers).
func (r *Redactor) named(name string, equals bool) bool {
	if equals && r.Query(name) {
		return true
	}
	return r.Field(name) || r.Header(name)
}

// prose reports names that also are plain words.
func prose(name []byte) bool {
	switch string(name) {
	case "token", "secret", "credential", "credentials", "signature", "assertion", "authentication", "otp", "jwt":
		return true
	}
	return false
}

// dense reports whether s may be a credential rather than a word.
func dense(s string) bool {
	return len(s) >= 8 && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) || len(s) >= 20
}

// until returns where the first byte of stop is in s from i on.
func until(s string, i int, stop string) int {
	if j := strings.IndexAny(s[i:], stop); j >= 0 {
		return i + j
	}
	return len(s)
}
