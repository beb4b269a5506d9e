package match

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func newFinder(texts ...string) (f finder, marks []uint64) {
	for i, text := range texts {
		f.add(text, int32(i))
	}
	f.link()
	return f, make([]uint64, f.ends/64+1)
}

// The control is a search for each text.
func TestTheFinderFindsWhatStringsContainsFinds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func(most int) string {
		b := make([]byte, 1+random.IntN(most))
		for i := range b {
			b[i] = "ab/"[random.IntN(3)]
		}
		return string(b)
	}
	for range 500 {
		texts := make([]string, 1+random.IntN(100))
		for i := range texts {
			texts[i] = word(6)
		}
		f, marks := newFinder(texts...)
		for range 5 {
			text := word(40)
			got := f.find([]byte(text), marks, nil)
			clear(marks)
			slices.Sort(got)
			var want []int32
			for i, each := range texts {
				if strings.Contains(text, each) {
					want = append(want, int32(i))
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q in %q: %v, want %v", texts, text, got, want)
			}
		}
	}
}

// Servers choose URLs, by redirects.
func TestTheFinderTakesTimeInProportionToTheText(t *testing.T) {
	var texts []string
	for n := range 200 {
		texts = append(texts, strings.Repeat("a", n+1))
	}
	f, marks := newFinder(texts...)
	for _, in := range []growth.Input{growth.Repeat("a"), growth.Repeat(strings.Repeat("a", 199) + "b"), growth.Repeat("b")} {
		growth.Linear(t, in, func(s string) {
			_ = f.find([]byte(s), marks, nil)
			clear(marks)
		})
	}
}
