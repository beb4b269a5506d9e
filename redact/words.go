package redact

import (
	"encoding/base64"
	"strings"
	"unicode"
)

// words masks the values of secret names, and credentials whatever their name.
func (r *Redactor) words(s string) string {
	letters := charset{lowWord, highWord, highest, highest}
	out := splice{text: s}
	for i := 0; i < len(s); {
		if !letters.has(s[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(s) && letters.has(s[end]) {
			end++
		}
		from, to := r.secretAt(s, i, end)
		if from < to {
			if s[from:to] != Mask {
				out.put(from, to, Mask)
			}
			i = max(end, to)
			continue
		}
		i = end
	}
	return out.String()
}

// secretAt returns the range of the secret that the word s[i:end] is or names, or an empty range.
func (r *Redactor) secretAt(s string, i, end int) (from, to int) {
	word := s[i:end]
	if len(word) >= shortest {
		if trimmed := strings.Trim(word, ".[-"); credential(trimmed) {
			from = i + strings.Index(word, trimmed)
			return from, from + len(trimmed)
		}
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
	// EqualFold takes the Latin letter long s, which has two bytes, for an s.
	if n := len(word); (n == len("bearer") || n == len("basic")) && (strings.EqualFold(word, "bearer") || strings.EqualFold(word, "basic")) {
		if from, to = scheme(s, word, end); from < to {
			return from, to
		}
	}
	return r.assigned(s, word, end)
}

// scheme returns the range of the credential after Bearer or Basic, or an empty range. Both are
// ordinary words too: "Bearer token is missing", "Basic plan".
func scheme(s, word string, end int) (from, to int) {
	from = end
	for from < len(s) && (s[from] == ' ' || s[from] == ':') {
		from++
	}
	if from == end { // otherwise the rest would be read for each "basic/" of a long text
		return 0, 0
	}
	to = from
	for to < len(s) && (base64Char(s[to]) || s[to] == '.' || s[to] == '~') {
		to++
	}
	value := s[from:to]
	if value == "" {
		return 0, 0
	}
	if strings.EqualFold(word, "basic") {
		value, to := base64Word(nil, s, from)
		plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(value), "="))
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

// An assignment describes the text between a secret name and its value.
type assignment struct {
	equals     bool // = and not :
	quotedName bool
	spaced     bool // there are blanks before the value
	quote      byte // that the value begins with, or 0
	escaped    bool // the quote has a backslash before it, as in JSON inside JSON
}

// assigned returns the range of the value, quoted or not, that = or : gives to a secret name.
func (r *Redactor) assigned(s, name string, end int) (from, to int) {
	a, i, ok := assignmentAt(s, end)
	if !ok || !r.named(name, a.equals) {
		return 0, 0
	}
	// A word that ends like a name may be the URL of an error: Post "https://id.test/token": EOF.
	if start := end - len(name); a.quotedName && !a.equals && a.spaced && a.quote == 0 && start > 0 && s[start-1] == '/' &&
		!dense(s[i:until(s, i, unquotedEnd)]) {
		return 0, 0
	}
	var buf squeezed
	plain := squeeze(name, &buf)
	switch {
	case hasSuffix(plain, "cookie"):
		return i, until(s, i, "\"'`]}")
	case hasSuffix(plain, "authorization"):
		return authorization(s, i)
	case a.quote != 0:
		return i, a.quoteEnd(s, i)
	}
	to = until(s, i, unquotedEnd)
	// "cannot fetch token: 401 Unauthorized" is prose.
	if !a.equals && a.spaced && !a.quotedName && prose(plain) && !dense(s[i:to]) {
		return 0, 0
	}
	return i, pastScheme(s, i, to)
}

// pastScheme returns where the value that begins at i ends. If its first word, which ends before
// to, is Bearer or Basic, the credential is the next one.
func pastScheme(s string, i, to int) int {
	if !basicOrBearer(s[i:to]) {
		return to
	}
	next := to
	for next < len(s) && s[next] == ' ' {
		next++
	}
	if end := until(s, next, unquotedEnd); end > next {
		return end
	}
	return to
}

// assignmentAt reads what follows a name that ends before end, and returns where the value begins.
// It reports false if nothing is assigned.
func assignmentAt(s string, end int) (a assignment, i int, ok bool) {
	i = end
	for i < len(s) && i < end+2 && closesName(s[i]) {
		i++
	}
	a.quotedName = i > end
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i >= len(s) || s[i] != '=' && s[i] != ':' {
		return a, 0, false
	}
	a.equals = s[i] == '='
	i++
	for i < len(s) && strings.IndexByte(" =>[(", s[i]) >= 0 {
		a.spaced = a.spaced || s[i] == ' '
		i++
	}
	if a.escaped = i < len(s) && s[i] == '\\'; a.escaped {
		i++
	}
	if i < len(s) && strings.IndexByte("\"'`", s[i]) >= 0 {
		a.quote = s[i]
		i++
	}
	return a, i, true
}

// quoteEnd returns where the quoted value that begins at i ends.
func (a assignment) quoteEnd(s string, i int) int {
	for i < len(s) && s[i] != a.quote {
		if s[i] == '\\' {
			if a.escaped && i+1 < len(s) && s[i+1] == a.quote {
				break
			}
			i++
		}
		i++
	}
	return min(i, len(s))
}

// authorization returns the range of the credential in a value of Authorization that begins at i.
func authorization(s string, i int) (from, to int) {
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
	return i, until(s, i, "]}") // Digest and similar schemes have a list
}

// unquotedEnd is the characters that end a value without quotes.
const unquotedEnd = " &,;\"'`)]}<>|"

// closesName reports whether a character may be between a name and the = or : behind it.
func closesName(c byte) bool { return c == '"' || c == '\'' || c == '\\' || c == ']' }

// named reports whether name is secret before = (as in a query) or : (as in JSON and in headers).
func (r *Redactor) named(name string, equals bool) bool {
	if equals && r.Query(name) {
		return true
	}
	return r.Field(name) || r.Header(name)
}

// prose reports whether a name is also a plain word.
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

// until returns the index of the first byte of stop in s from i on, or the length of s.
func until(s string, i int, stop string) int {
	if j := strings.IndexAny(s[i:], stop); j >= 0 {
		return i + j
	}
	return len(s)
}
