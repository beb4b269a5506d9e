package compare

import (
	"math/big"
	"testing"
)

func TestNumbersOfOneValueHaveOneText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"1", "1"},
		{"1.0", "1"},
		{"1.00e0", "1"},
		{"10e-1", "1"},
		{"100", "1e2"},
		{"1E+2", "1e2"},
		{"-0", "0"},
		{"0.000", "0"},
		{"0e5", "0"},
		{"-1.50", "-15e-1"},
		{"0.015", "15e-3"},
		{"12345678901234567890", "1234567890123456789e1"},
		{"12345678901234567891", "12345678901234567891"},
		{"1e9223372036854775807", "1e9223372036854775807"},
		{"1e99999999999999999999", "1e99999999999999999999"},
		{"x", "x"},
		{"", ""},
		{"-", "-"},
		{".5", ".5"},
		{"1.2.3", "1.2.3"},
	} {
		if got := Number(c.in); got != c.want {
			t.Errorf("Number(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// Two texts are equal if big.Rat says that their numbers are.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1", "1.0", "-0.10e3", "1e2", "100"} {
		f.Add(s, "1.0e0")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, okX := rational(a)
		y, okY := rational(b)
		if okX && okY && (Number(a) == Number(b)) != (x.Cmp(y) == 0) {
			t.Errorf("%q is %q, %q is %q", a, Number(a), b, Number(b))
		}
	})
}

// rational reads a JSON number with a short exponent.
func rational(s string) (*big.Rat, bool) {
	v, ok := tree([]byte(s))
	if _, isNumber := v.(interface{ Float64() (float64, error) }); !ok || !isNumber || len(s) > 12 {
		return nil, false
	}
	if i := len(s) - 4; i > 0 {
		for _, c := range s[:i] {
			if c == 'e' || c == 'E' {
				return nil, false
			}
		}
	}
	return new(big.Rat).SetString(s)
}
