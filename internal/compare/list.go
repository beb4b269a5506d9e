// Package compare names the places in which two messages differ, and what each has there: members
// of JSON by their pointer, fields of a form, parts of a multipart body, lines of a text.
package compare

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	most    = 16 // differences that a list shows
	longest = 60 // bytes of a value that are shown, and of a name in a pointer

	farthest = 1 << 10 // bytes of a place that are shown
)

// A Difference is one place in which two messages differ. The values are JSON texts, shortened. A
// value is "" if its message has nothing there.
type Difference struct {
	Place         string
	Taped, Actual string
}

// A List gathers differences.
type List struct {
	Shown []Difference // the first 16
	More  int          // how many differences are not shown
}

// Len returns how many differences there are.
func (l *List) Len() int { return len(l.Shown) + l.More }

// add counts a difference, and keeps it if it is one of the first. It calls taped and actual only
// then.
func (l *List) add(place string, taped, actual func() string) {
	if len(l.Shown) == most {
		l.More++
		return
	}
	l.Shown = append(l.Shown, Difference{Place: printable(short(place, farthest)), Taped: taped(), Actual: actual()})
}

// Texts adds a place whose values differ. Each list is in order. A nil list means nothing is there.
func (l *List) Texts(place string, taped, actual []string) {
	l.add(place, quoted(taped), quoted(actual))
}

// Values adds a place whose values differ, as JSON.
func (l *List) Values(place string, taped, actual any) {
	l.add(place, value(taped), value(actual))
}

// none is the value of a place where there is nothing.
func none() string { return "" }

func quoted(values []string) func() string {
	switch len(values) {
	case 0:
		return none
	case 1:
		return text(values[0])
	}
	return value(values)
}

// text returns a function that returns a string as it is shown.
func text(s string) func() string {
	return func() string {
		if len(s) > longest {
			return short(strconv.Quote(cut(s, longest)), longest-1)
		}
		return short(strconv.Quote(s), longest)
	}
}

// value returns a function that returns a JSON value as it is shown.
func value(v any) func() string {
	return func() string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(v) != nil {
			return "?"
		}
		return short(printable(strings.TrimSuffix(b.String(), "\n")), longest)
	}
}

// short cuts a text that is longer than n bytes and marks the cut.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return cut(s, n) + "..."
}

// cut returns at most the first n bytes of s, without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// printable escapes s if it has a character that a terminal would not show.
func printable(s string) string {
	if q := strconv.Quote(s); strings.ReplaceAll(strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`), `\\`, `\`) != s {
		return q[1 : len(q)-1]
	}
	return s
}
