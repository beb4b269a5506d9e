package setting

import (
	"context"
	"reflect"
	"slices"
)

// ListOf returns the settings that were attached to ctx inside the nearest call, or nil.
func ListOf(ctx context.Context) *List {
	l, _ := ctx.Value(Key{}).(*List)
	return l
}

// Needy reports whether a value of the list may need a layer. It saves calling [List.Untaken] for
// every call.
func (l *List) Needy() bool { return l != nil && l.needy }

// Untaken returns the names of the layers that settings need and for which takes reports false. Of
// the values of one type only the latest counts, as in [Lookup]. It searches the list up to end,
// exclusive. With cut it does not search the call that the list was begun in.
func (l *List) Untaken(end *List, cut bool, takes func(layer string) bool) []string {
	var names []string
	var seen []reflect.Type
	for l.Needy() && l != end {
		if t := reflect.TypeOf(l.value); !slices.Contains(seen, t) {
			seen = append(seen, t)
			if l.needs != "" && !slices.Contains(names, l.needs) && !takes(l.needs) {
				names = append(names, l.needs)
			}
		}
		l, cut = l.step(cut)
	}
	return names
}
