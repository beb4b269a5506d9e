package canonical

import (
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
)

// A Pair is a name in a query, a form or a Cookie header, and one of its values.
type Pair struct{ Name, Value string }

// Pairs splits a query or form and sorts it by name. Values of one name keep their order. It leaves
// out the names of ignore. It appends the pairs to room, which is empty.
func Pairs(room []Pair, raw string, ignore []string) []Pair {
	out := room
	for name, value := range compare.Fields(raw) {
		if !slices.Contains(ignore, name) {
			out = append(out, Pair{name, value})
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	return out
}
