package harness

import "testing"

// TestTheTableCanOnlyShrink goes through the possible results of a statement.
func TestTheTableCanOnlyShrink(t *testing.T) {
	for _, c := range []struct {
		name    string
		line    *miss
		figure  int
		good    bool
		isFault bool
	}{
		{"good, and no line", nil, 1, true, false},
		{"bad, and no line", nil, 2, false, true},
		{"as bad as the line says", &miss{figure: 2}, 2, false, false},
		{"worse than the line says", &miss{figure: 2}, 3, false, true},
		{"good, and a line", &miss{figure: 2}, 1, true, true},
	} {
		if got := c.line.judge(c.figure, c.good, false); got != "" != c.isFault {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
