package replay

import (
	"net/url"
	"slices"
	"strings"
)

type pair struct{ name, value string }

// pairs splits a query or form and sorts it by name; values of one name keep
// their order. What cannot be unescaped is compared as it is.
func pairs(raw string, ignore []string) []pair {
	var out []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		p := pair{unescape(name), unescape(value)}
		if !slices.Contains(ignore, p.name) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return out
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}
