package redact

import "strings"

// A splice is a text of which parts are replaced, from front to back.
type splice struct {
	text string
	out  strings.Builder
	done int // the number of bytes of text that out covers
}

// put replaces text[from:to], which must be behind everything replaced before.
func (s *splice) put(from, to int, by string) {
	s.out.WriteString(s.text[s.done:from])
	s.out.WriteString(by)
	s.done = to
}

// String returns the text with its replacements, or the text itself if there are none.
func (s *splice) String() string {
	if s.done == 0 {
		return s.text
	}
	s.out.WriteString(s.text[s.done:])
	s.done = len(s.text)
	return s.out.String()
}
