package compare

import (
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Fields yields the names and values of a query or a form in order. What cannot be unescaped is
// yielded unchanged.
func Fields(raw string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for part := range strings.SplitSeq(raw, "&") {
			if part == "" {
				continue
			}
			name, value, _ := strings.Cut(part, "=")
			if !yield(Unescape(name), Unescape(value)) {
				return
			}
		}
	}
}

// Unescape returns a name or a value of a query without its escapes, or unchanged if one is
// invalid.
func Unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

// names returns the keys that are in either map, sorted.
func names[V any](a, b map[string]V) []string {
	list := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(list)
	return slices.Compact(list)
}
