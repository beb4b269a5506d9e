package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
)

// deepest is how many names a pointer has at most. A value is walked twice for each array around
// it, to find the elements that two arrays both begin and end with.
const deepest = 64

// tree decodes one JSON document. It keeps numbers as text: see [Number].
func tree(b []byte) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, errors.Is(err, io.EOF)
}

// values compares two trees. Each difference has the place, followed by a pointer (RFC 6901).
// Members named in ignore are left out at any depth.
func (l *List) values(place string, below *pointer, taped, actual any, ignore []string) {
	if below.depth() < deepest {
		switch t := taped.(type) {
		case map[string]any:
			if a, ok := actual.(map[string]any); ok {
				l.objects(place, below, t, a, ignore)
				return
			}
		case []any:
			if a, ok := actual.([]any); ok {
				l.arrays(place, below, t, a, ignore)
				return
			}
		}
	}
	if !same(taped, actual, ignore) {
		l.addAt(place, below, value(taped), value(actual))
	}
}

func (l *List) objects(place string, in *pointer, taped, actual map[string]any, ignore []string) {
	for _, name := range names(taped, actual) {
		if slices.Contains(ignore, name) {
			continue
		}
		below := &pointer{in, name}
		t, hasT := taped[name]
		a, hasA := actual[name]
		switch {
		case hasT && hasA:
			l.values(place, below, t, a, ignore)
		case hasT:
			l.addAt(place, below, value(t), none)
		default:
			l.addAt(place, below, none, value(a))
		}
	}
}

// arrays compares two arrays element by element, without the elements that both begin and end with.
// One element inserted in the middle is then one difference.
func (l *List) arrays(place string, in *pointer, taped, actual []any, ignore []string) {
	from := 0
	for from < min(len(taped), len(actual)) && same(taped[from], actual[from], ignore) {
		from++
	}
	tail := 0
	for tail < min(len(taped), len(actual))-from && same(taped[len(taped)-1-tail], actual[len(actual)-1-tail], ignore) {
		tail++
	}
	endT, endA := len(taped)-tail, len(actual)-tail
	for i := from; i < max(endT, endA); i++ {
		below := &pointer{in, strconv.Itoa(i)}
		switch {
		case i >= endT:
			l.addAt(place, below, none, value(actual[i]))
		case i >= endA:
			l.addAt(place, below, value(taped[i]), none)
		default:
			l.values(place, below, taped[i], actual[i], ignore)
		}
	}
}

// same reports whether two trees are equal apart from members named in ignore.
func same(a, b any, ignore []string) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return false
		}
		shared := 0
		for name, v := range a {
			w, ok := b[name]
			if ok {
				shared++
			}
			if !slices.Contains(ignore, name) && (!ok || !same(v, w, ignore)) {
				return false
			}
		}
		if shared == len(b) {
			return true
		}
		for name := range b {
			if _, ok := a[name]; !ok && !slices.Contains(ignore, name) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, func(v, w any) bool { return same(v, w, ignore) })
	}
	n, okN := a.(json.Number)
	m, okM := b.(json.Number)
	return a == b || okN && okM && Number(string(n)) == Number(string(m))
}
