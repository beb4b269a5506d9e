package replay

import (
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
)

type pair struct{ name, value string }

// pairs splits a query or form and sorts it by name; values of one name keep
// their order. It appends them to room, which is empty.
func pairs(room []pair, raw string, ignore []string) []pair {
	out := room
	for name, value := range compare.Fields(raw) {
		if !slices.Contains(ignore, name) {
			out = append(out, pair{name, value})
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return out
}
