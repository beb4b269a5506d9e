package ascii

import (
	"strings"
	"testing"
)

func TestEqualFold(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"Bearer", "bEARER", true},
		{"a", "ab", false},
		{"[", "{", false},
		{"kelvin", "\u212aelvin", false},
		{"\u017f", "s", false},
	} {
		if got := EqualFold(tc.a, tc.b); got != tc.want {
			t.Errorf("EqualFold(%q, %q) = %v, want %v", tc.a, tc.b, got, tc.want)
		}
	}
	if !strings.EqualFold("kelvin", "\u212aelvin") {
		t.Error("strings.EqualFold no longer folds the Kelvin sign: this package may go")
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{"": "", "abc-1": "abc-1", "API.Test": "api.test", "\u212aX": "\u212ax"} {
		if got := Lower(in); got != want {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { Lower("api.test") }); n != 0 {
		t.Errorf("%v allocations for lower case, want none", n)
	}
}
