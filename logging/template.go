package logging

import (
	"slices"
	"strings"
)

// A template is a message split at its placeholders.
type template []segment

type segment struct {
	text        string // the text, or the name of the placeholder
	placeholder bool
}

// compile splits a message. A name in braces that is not in names stays text. The first such name
// that is spelled like a placeholder is returned as unknown.
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
		// Start at the last brace, so that the rest of "{{{{..." is not read once for each.
		last := strings.LastIndexByte(rest[i:i+n], '{')
		i, n = i+last, n-last
		name := rest[i+1 : i+n]
		if slices.Contains(names, name) {
			t = append(t, segment{text: rest[:i]}, segment{name, true})
			rest = rest[i+n+1:]
			continue
		}
		if unknown == "" && spelledAsPlaceholder(name) {
			unknown = name
		}
		t = append(t, segment{text: rest[:i+1]})
		rest = rest[i+1:]
	}
	return append(t, segment{text: rest}), unknown
}

// spelledAsPlaceholder reports whether a name has only capitals and underscores.
func spelledAsPlaceholder(name string) bool {
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

// fill appends the message to b, with the placeholders replaced by their values.
func (t template) fill(b []byte, f *facts) []byte {
	for _, s := range t {
		if s.placeholder {
			b = f.put(b, s.text)
		} else {
			b = append(b, s.text...)
		}
	}
	return b
}
