package replay

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/compare"
)

func TestDifferencesInWords(t *testing.T) {
	list := func(n int) []Difference {
		var l compare.List
		for range n {
			l.Texts("query a", nil, []string{"x"})
		}
		return differences(l, strings.Clone)
	}
	const one = `query a: "x", on tape nothing`
	for _, c := range []struct {
		n, more int
		want    string
	}{
		{1, 0, one},
		{2, 0, one + "; " + one},
		{1, 3, one + "; and 3 more"},
		{7, 3, one + "; " + one + "; " + one + "; " + one + "; " + one + "; and 5 more"},
	} {
		if got := inWords(list(c.n), c.more); got != c.want {
			t.Errorf("%d and %d: %s", c.n, c.more, got)
		}
	}
}
