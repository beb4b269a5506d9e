package ending

import "testing"

type counted int

func (c *counted) BodyEnd(n int) { *c += counted(n) }

func TestATieEndsWhatItIsOf(t *testing.T) {
	var c counted
	tie := &Tie[int]{To: &c}
	tie.BodyEnd(3)
	if c != 3 {
		t.Errorf("called with %d, want 3", c)
	}
}
