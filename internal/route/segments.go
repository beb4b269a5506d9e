package route

import "strings"

// A Text is a segment of a path as [Table.Match] compares it: decoded, and with its place, counted
// from 0.
type Text struct {
	Place int
	Text  string
}

// Texts returns the segments of a pattern that are only text. A path that matches the pattern has
// all of them ([Segment]). It returns none for an invalid pattern.
func Texts(pattern string) (texts []Text) {
	p, err := parse(pattern)
	if err != nil {
		return nil
	}
	for i, s := range p.segs {
		if s.kind == literal {
			texts = append(texts, Text{i, s.lits[0]})
		}
	}
	return texts
}

// Clean returns a percent-encoded path without the segments that a server removes. Walk the result
// with [Segment].
func Clean(path string) string { return clean(path) }

// Segment returns the first segment of a path from [Clean], decoded, and the rest of the path,
// which is "" behind the last segment.
func Segment(path string) (segment, rest string) {
	segment = path[1:]
	if i := strings.IndexByte(segment, '/'); i >= 0 {
		segment, rest = segment[:i], segment[i:]
	}
	return decode(segment), rest
}
