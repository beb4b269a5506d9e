package hint

import (
	"testing"
	"time"
)

func TestNumber(t *testing.T) {
	for v, want := range map[string]time.Duration{
		"0": 0, "007": 7 * time.Second, "1.25": 1250 * time.Millisecond,
		"0.00000000001": 1, "31536000": Max, "99999999999999999999": Max,
	} {
		if got, ok := number(v, time.Second); !ok || got != want {
			t.Errorf("number(%q) = %v, %v; want %v", v, got, ok, want)
		}
	}
	for _, v := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "0x1", "NaN", "1 2", "\u0663"} {
		if got, ok := number(v, time.Second); ok {
			t.Errorf("number(%q) = %v, want none", v, got)
		}
	}
}
