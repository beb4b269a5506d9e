package logging

import (
	"fmt"
	"slices"
	"strings"
)

// A template is a message cut at its placeholders.
type template []segment

type segment struct {
	text string // literal, or the name of a placeholder
	hole bool
}

// compile cuts a message. What stands in braces and is not in names is an
// error if it is spelt like a placeholder; anything else stays as it is.
func compile(message string, names []string) (template, error) {
	var t template
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
		switch {
		case slices.Contains(names, name):
			t = append(t, segment{text: rest[:i]}, segment{name, true})
			rest = rest[i+n+1:]
		case spelt(name):
			return nil, fmt.Errorf("unknown placeholder {%s} in %q; this event knows %s", name, message, strings.Join(names, " "))
		default:
			t = append(t, segment{text: rest[:i+1]})
			rest = rest[i+1:]
		}
	}
	return append(t, segment{text: rest}), nil
}

// loose is compile for messages that were made at run time: what is unknown
// stays as it is.
func loose(message string, names []string) template {
	t, err := compile(message, names)
	if err == nil {
		return t
	}
	var out template
	for part := range strings.SplitSeq(message, "{") {
		if len(out) > 0 {
			part = "{" + part
		}
		if t, err := compile(part, names); err == nil {
			out = append(out, t...)
		} else {
			out = append(out, segment{text: part})
		}
		if len(out) == 0 {
			out = append(out, segment{})
		}
	}
	return out
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
