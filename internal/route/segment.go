package route

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gracy-go/gracy/redact"
)

// The placeholder names of automatic templates.
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

// maxLiteral is the length in bytes of the longest name.
const maxLiteral = 40

// maxJudged is the length in bytes of the longest segment that is classified. It bounds the time
// for one segment.
const maxJudged = 256

// A segment is one path segment of an automatic template: literal text, a
// placeholder, or a placeholder with text around it.
type segment struct {
	pre, name, post string
	free            bool // whether it has text of the path, so that there may be any number of such segments
}

// loose reports whether the segment becomes {x} at a position of many names. A name does, and so
// does a segment that was taken for a token or a slug, since among names it is more likely another
// name.
func (s segment) loose() bool { return s.free || s.name == nameToken || s.name == nameSlug }

func placeholder(name string) segment { return segment{name: name} }

func (s segment) key() string {
	if s.name == "" {
		return s.pre
	}
	return string(s.appendKey(nil))
}

// appendKey appends the key of a segment that has a placeholder.
func (s segment) appendKey(b []byte) []byte {
	b = append(append(b, s.pre...), '{')
	return append(append(append(b, s.name...), '}'), s.post...)
}

// classify names one decoded path segment. prev is the segment before it. secret may be nil. In
// doubt the segment becomes a placeholder: losing a name is better than showing a secret.
func classify(s, prev string, secret func(string) bool) segment {
	if s == "" || s == "." || s == ".." || len(s) > maxJudged { // a server removes dot segments, and no pattern has them
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

// compound classifies a segment with parts: parameters, key=value, arguments, a verb or a file
// extension. ok is false if it has none.
func compound(s, prev string, secret func(string) bool) (seg segment, ok bool) {
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

// judge returns the placeholder of a text without a known form, or "" if the text may be shown.
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
		if isSecretWord(prev) {
			return nameToken
		}
		return nameID
	case verdict == looksRandom:
		return nameToken
	case isSecretWord(prev) && !plain(s):
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

// plain reports whether s is a lower-case or camelCase resource name: letters with - and _ between
// them, nothing random.
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

// escape returns a literal for a pattern. It percent-encodes all characters that are not visible.
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
