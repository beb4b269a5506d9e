package growth

import "testing"

func TestAHostileInputHasTheLengthAskedFor(t *testing.T) {
	for _, in := range Hostile("c2VjcmV0") {
		if n := len(in.Make(4096)); n < 4000 || n > 4400 {
			t.Errorf("%s: %d bytes", in.Name, n)
		}
	}
}
