package compare

import (
	"slices"
	"strings"
)

// pointer leads to a value in a document (RFC 6901). The nil pointer is the whole document. It is
// written out only when it is shown: a name may be as long as the document, with as many values
// below it.
type pointer struct {
	in   *pointer
	name string
}

// depth returns the number of names in the pointer.
func (p *pointer) depth() (n int) {
	for ; p != nil; p = p.in {
		n++
	}
	return n
}

// String writes the pointer with each name shortened.
func (p *pointer) String() string {
	var names []string
	for ; p != nil; p = p.in {
		names = append(names, "/"+escape(short(p.name, longest)))
	}
	slices.Reverse(names)
	return strings.Join(names, "")
}

// addAt adds a difference whose place is followed by a pointer.
func (l *List) addAt(place string, p *pointer, taped, actual func() string) {
	if p != nil && len(l.Shown) < most {
		place += " " + p.String()
	}
	l.add(place, taped, actual)
}

// escape returns a name as a token of a pointer.
func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
