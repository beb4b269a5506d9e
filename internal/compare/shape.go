package compare

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// shape is what the JSON values at one place have in common: their types, and the shapes of their
// members and elements. All elements of an array share one shape.
type shape struct {
	types   map[string]bool // without null, which is compatible with every type
	members map[string]*shape
	element *shape // nil if no array has an element
}

// Shapes adds the places in which two JSON bodies differ in their members and types, whatever the
// values and the lengths of arrays. The place of the elements of an array is "*". It compares other
// bodies as Bodies does.
func (l *List) Shapes(taped, actual Body, ignore []string) {
	t, okT := tree(taped.Content)
	a, okA := tree(actual.Content)
	if !okT || !okA {
		l.Bodies(taped, actual, ignore)
		return
	}
	var st, sa shape
	st.see(t, 0)
	sa.see(a, 0)
	l.shapes(nil, &st, &sa, ignore)
}

// see adds a value to a shape. It leaves out values deeper than a pointer leads.
func (s *shape) see(v any, depth int) {
	if depth > deepest {
		return
	}
	switch v := v.(type) {
	case nil:
		return
	case map[string]any:
		s.is("object")
		if s.members == nil {
			s.members = make(map[string]*shape, len(v))
		}
		for name, member := range v {
			if s.members[name] == nil {
				s.members[name] = &shape{}
			}
			s.members[name].see(member, depth+1)
		}
	case []any:
		s.is("array")
		for _, element := range v {
			if s.element == nil {
				s.element = &shape{}
			}
			s.element.see(element, depth+1)
		}
	case string:
		s.is("string")
	case json.Number:
		s.is("number")
	default:
		s.is("boolean")
	}
}

func (s *shape) is(name string) {
	if s.types == nil {
		s.types = make(map[string]bool, 1)
	}
	s.types[name] = true
}

// String lists the types.
func (s *shape) String() string {
	if len(s.types) == 0 {
		return "null"
	}
	return strings.Join(slices.Sorted(maps.Keys(s.types)), " or ")
}

func (l *List) shapes(in *pointer, taped, actual *shape, ignore []string) {
	if len(taped.types) == 0 || len(actual.types) == 0 {
		return
	}
	if !maps.Equal(taped.types, actual.types) {
		l.addAt("body", in, taped.String, actual.String)
		return
	}
	for _, name := range names(taped.members, actual.members) {
		if slices.Contains(ignore, name) {
			continue
		}
		below := &pointer{in, name}
		t, a := taped.members[name], actual.members[name]
		switch {
		case a == nil:
			l.addAt("body", below, t.String, none)
		case t == nil:
			l.addAt("body", below, none, a.String)
		default:
			l.shapes(below, t, a, ignore)
		}
	}
	if taped.element != nil && actual.element != nil {
		l.shapes(&pointer{in, "*"}, taped.element, actual.element, ignore)
	}
}
