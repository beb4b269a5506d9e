package route

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gracy-go/gracy/redact"
)

// Placeholder names of the automatic rungs.
const (
	nameID    = "id"
	nameUUID  = "uuid"
	nameHash  = "hash"
	nameToken = "token"
	nameDate  = "date"
	nameEmail = "email"
	nameSlug  = "slug"
	nameAny   = "x"
	nameRest  = "rest"
)

// maxLiteral is the length in bytes above which a segment is never a name.
const maxLiteral = 40

// maxJudged is the length in bytes above which a segment is not looked at: the
// time spent on one stays bounded.
const maxJudged = 256

// segment is one path segment of an automatic template: literal text, a
// placeholder, or a placeholder with text around it.
type segment struct {
	pre, name, post string
	// free: holds text taken from the path, so that a position may see any
	// number of them.
	free bool
}

func placeholder(name string) segment { return segment{name: name} }

func (s segment) key() string {
	if s.name == "" {
		return s.pre
	}
	return s.pre + "{" + s.name + "}" + s.post
}

// classify names one decoded path segment. prev is the segment before it, and
// secret, if not nil, has a say in what must not be shown. Whatever it cannot
// vouch for becomes a placeholder: a lost name costs less than a shown secret.
func classify(s, prev string, secret func(string) bool) segment {
	if s == "" || len(s) > maxJudged {
		return placeholder(nameAny)
	}
	if name := shape(s); name != "" {
		return placeholder(name)
	}
	if secret != nil && secret(s) {
		return placeholder(nameToken)
	}
	if seg, ok := compound(s, prev, secret); ok {
		return seg
	}
	if name := judge(s, prev); name != "" {
		return placeholder(name)
	}
	return segment{pre: escape(s), free: true}
}

// shape recognizes what is known by its form as a whole.
func shape(s string) string {
	switch {
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

// compound handles segments with text around or beside the telling part.
func compound(s, prev string, secret func(string) bool) (segment, bool) {
	if base, _, ok := strings.Cut(s, ";"); ok {
		return classify(base, prev, secret), true
	}
	if key, _, ok := strings.Cut(s, "="); ok && plain(key) && !strings.ContainsAny(s, "&,") {
		return segment{pre: key + "=", name: nameAny, free: true}, true
	}
	if base, rest, ok := strings.Cut(s, "("); ok && plain(base) && strings.HasSuffix(rest, ")") {
		return segment{pre: base + "(", name: nameAny, post: ")", free: true}, true
	}
	if i := strings.LastIndexByte(s, ':'); i > 0 && isVerb(s[i+1:]) {
		head := classify(s[:i], prev, secret)
		if head.name != "" && head.pre+head.post != "" {
			return placeholder(nameAny), true
		}
		if head.name == "" {
			head.pre += s[i:]
		} else {
			head.post = s[i:]
		}
		head.free = true
		return head, true
	}
	if i := strings.LastIndexByte(s, '.'); i > 0 && isExtension(s[i+1:]) {
		head := classify(s[:i], prev, secret)
		switch {
		case head.name == "":
			head.pre += s[i:]
		case head.pre+head.post == "":
			head.post = s[i:]
		default:
			head = placeholder(nameAny)
		}
		return head, true
	}
	return segment{}, false
}

// judge decides whether text without a known form may be shown as it is; ""
// means that it may.
func judge(s, prev string) string {
	for _, r := range s {
		if !isWordRune(r) {
			return nameAny
		}
	}
	verdict := gibberish(s)
	if redact.Segment(s) {
		verdict = looksRandom
	}
	switch {
	case verdict == looksRandom && publicPrefix(s):
		return nameID
	case verdict == looksRandom && len(s) < 16:
		if afterSecretWord(prev) {
			return nameToken
		}
		return nameID
	case verdict == looksRandom:
		return nameToken
	case afterSecretWord(prev) && !plain(s):
		return nameToken
	case len(s) > maxLiteral:
		return nameAny
	case verdict == looksNumbered:
		return nameSlug
	}
	return ""
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		c := byte(r)
		return isLetter(c) || isDigit(c) || strings.IndexByte("-_.~@$*+ ", c) >= 0
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// publicPrefix reports whether s has the form of a prefixed identifier, as in
// cus_NffrFeUfNV2Hib, and the prefix does not announce a secret.
func publicPrefix(s string) bool {
	i := strings.LastIndexByte(s, '_')
	if i < 1 || len(s)-i <= 6 {
		return false
	}
	first := true
	for part := range strings.SplitSeq(s[:i], "_") {
		if len(part) == 0 || len(part) > 10 || !all(part, isLower) {
			return false
		}
		if first && isSecretPrefix(part) || isSecretWord(part) {
			return false
		}
		first = false
	}
	return all(s[i+1:], func(c byte) bool { return isLetter(c) || isDigit(c) })
}

func isSecretPrefix(p string) bool {
	switch p {
	case "sk", "rk", "pk", "whsec", "ghp", "gho", "ghu", "ghs", "ghr", "github", "glpat", "xoxb", "xoxp", "npm", "pypi",
		"shpat", "shpss", "hf", "pat", "api", "key", "live", "test", "dop", "doo", "sbp", "lin", "figd", "dckr", "oauth":
		return true
	}
	return false
}

// isSecretWord reports whether a path segment announces that the next one is a
// credential.
func isSecretWord(w string) bool {
	switch strings.ToLower(w) {
	case "token", "tokens", "secret", "secrets", "password", "passwd", "apikey", "api_key", "api-key", "key", "keys", "auth", "invite",
		"invites", "invitation", "reset", "verify", "confirm", "magic", "unsubscribe", "session", "sessions", "sid", "jwt", "bearer",
		"webhook", "webhooks", "hook", "hooks", "signature", "sig", "access_token", "credential", "credentials", "otp", "pin":
		return true
	}
	return false
}

func afterSecretWord(prev string) bool { return isSecretWord(prev) }

// plain reports whether s is a lower-case or camelCase resource name: letters,
// inner - and _, nothing random.
func plain(s string) bool {
	if s == "" || len(s) > 24 || !isLetter(s[0]) {
		return false
	}
	lower := false
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && c != '-' && c != '_' {
			return false
		}
		lower = lower || isLower(c)
	}
	return lower && gibberish(s) == looksPlain
}

// isVerb recognizes the custom method after a colon, as in jobs/7:run.
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

// isDate accepts 2006-01, 2006-01-02 and the latter with a time behind T.
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

// isNumber: at least one digit and no letters; versions, coordinates, ranges
// and telephone numbers too.
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

// isBotToken: bot<number>:<secret>, the path credential of Telegram.
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

// escape makes a literal fit for a pattern: what is not a visible character is
// percent-encoded.
func escape(s string) string {
	clean := true
	for _, r := range s {
		clean = clean && r != ' ' && unicode.IsGraphic(r)
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r != ' ' && unicode.IsGraphic(r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(s[i : i+utf8.RuneLen(r)]) {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
	}
	return b.String()
}
