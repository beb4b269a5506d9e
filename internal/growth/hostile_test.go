package growth

import (
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

func TestAHostileInputHasTheLengthAskedFor(t *testing.T) {
	for _, in := range inputs() {
		if n := len(in.Make(4096)); n < 4000 || n > 4400 {
			t.Errorf("%s: %d bytes", in.Name, n)
		}
	}
}

func TestEveryFunctionGetsEveryInput(t *testing.T) {
	if race.Enabled {
		return // nothing is measured then
	}
	seen := map[string]bool{}
	Hostile(t, map[string]func(string){"f": func(s string) { seen[s[:3]] = true }})
	want := len(inputs()) / 3 // some begin alike
	if !thorough() {
		want = 8
	}
	if len(seen) < want {
		t.Errorf("%d inputs", len(seen))
	}
}
