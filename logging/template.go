package logging

import (
	"slices"
	"strings"
)

// A template is a message cut at its placeholders.
type template []segment

type segment struct {
	text string // literal, or the name of a placeholder
	hole bool
}

// compile cuts a message. What stands in braces and is not in names stays as it
// is; the first such that is spelt like a placeholder is returned as unknown.
func compile(message string, names []string) (t template, unknown string) {
	rest := message
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			break
		}
		n := strings.IndexByte(rest[i:], '}')
		if n < 0 {
			break
		}
		name := rest[i+1 : i+n]
		if slices.Contains(names, name) {
			t = append(t, segment{text: rest[:i]}, segment{name, true})
			rest = rest[i+n+1:]
			continue
		}
		if unknown == "" && spelt(name) {
			unknown = name
		}
		t = append(t, segment{text: rest[:i+1]})
		rest = rest[i+1:]
	}
	return append(t, segment{text: rest}), unknown
}

// spelt reports whether a name looks like a placeholder: capitals and underscores.
func spelt(name string) bool {
	if name == "" {
		return false
	}
	for _, c := range name {
		if c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// fill puts the values in.
func (t template) fill(value func(name string) string) string {
	var b strings.Builder
	for _, s := range t {
		if s.hole {
			b.WriteString(value(s.text))
		} else {
			b.WriteString(s.text)
		}
	}
	return b.String()
}
