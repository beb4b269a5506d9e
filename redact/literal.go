package redact

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// literals finds registered secrets in all their forms. The zero value finds nothing.
type literals struct {
	plain    []string // the forms, longest first
	heads    []string // their beginnings up to and including the first bracket
	tails    []string // their ends from the last bracket on
	replacer *strings.Replacer
	cores    []string // the parts of their base64 that do not depend on the text around
	longest  int      // the length of the longest plain or core
}

func newLiterals(list []string) (l literals) {
	for _, s := range list {
		if s == "" {
			continue
		}
		l.plain = append(l.plain, forms(s)...)
		l.cores = append(l.cores, cores(s)...)
	}
	if len(l.plain) == 0 {
		return l
	}
	slices.SortFunc(l.plain, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	l.plain = slices.Compact(l.plain)
	slices.Sort(l.cores)
	l.cores = slices.Compact(l.cores)
	l.heads, l.tails = edges(l.plain)
	for _, s := range slices.Concat(l.plain, l.cores) {
		l.longest = max(l.longest, len(s))
	}
	var pairs []string
	for _, s := range l.plain {
		pairs = append(pairs, s, Mask)
	}
	// The mask is replaced by itself, so that a literal that is a part of the mask does not mask
	// it.
	l.replacer = strings.NewReplacer(append(pairs, Mask, Mask)...)
	return l
}

func (l *literals) mask(s string) string {
	if l.replacer == nil || s == "" {
		return s
	}
	for _, core := range l.cores {
		s = maskCore(s, core)
	}
	return l.replacer.Replace(s)
}

// maskCore masks the base64 texts in s that contain core.
func maskCore(s, core string) string {
	out := splice{text: s}
	for at := 0; ; {
		i := strings.Index(s[at:], core)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(core)
		for from > at && base64Char(s[from-1]) {
			from--
		}
		for to < len(s) && base64Char(s[to]) {
			to++
		}
		out.put(from, to, Mask)
		at = to
	}
	return out.String()
}

// in reports whether s contains a literal outside a mask.
func (l *literals) in(s string) bool {
	return l.replacer != nil && l.mask(s) != s
}

func base64Char(c byte) bool {
	return alnum(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '='
}

// cores returns the characters that s has in base64 whatever text surrounds it, for each of its
// three offsets in a group of three bytes.
func cores(s string) []string {
	if len(s) < 8 {
		return nil
	}
	var list []string
	for lead := range 3 {
		for _, enc := range [...]*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			e := enc.EncodeToString([]byte(strings.Repeat("\x00", lead) + s))
			// The text around s does not change a character whose six bits lie inside s.
			from := (lead*8 + 5) / 6
			to := (lead + len(s)) * 8 / 6
			list = append(list, e[from:to])
		}
	}
	return list
}

// escapes says what a JSON writer escapes although it need not.
type escapes uint8

const (
	escapeSlash escapes = 1 << iota // the slash
	escapeHTML                      // < > & and the two line separators, as encoding/json does
	escapeRunes                     // everything that is not ASCII
)

// jsonEscape returns s as it is written between the quotes of a JSON string.
func jsonEscape(s string, also escapes) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\b':
			b.WriteString(`\b`)
		case c == '\f':
			b.WriteString(`\f`)
		case c < ' ',
			also&escapeHTML != 0 && (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029'),
			also&escapeRunes != 0 && c > '~' && c <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, c)
		case also&escapeRunes != 0 && c > 0xffff:
			hi, lo := utf16.EncodeRune(c)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		case also&escapeSlash != 0 && c == '/':
			b.WriteString(`\/`)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
