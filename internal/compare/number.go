package compare

import (
	"math"
	"strconv"
	"strings"
)

// Number writes a JSON number in a normal form, so that numbers of equal value have the same text:
// 1, 1.0 and 10e-1 are 1, and -0 is 0. It never rounds. It returns a text that is not a number, or
// has an exponent of more than 18 digits, unchanged.
func Number(s string) string {
	text := s
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	}
	mantissa, exponent := text, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		n, err := strconv.ParseInt(text[i+1:], 10, 64)
		if err != nil || n > math.MaxInt64/10 || n < math.MinInt64/10 {
			return s
		}
		mantissa, exponent = text[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= int64(len(fraction))
	if strings.Trim(digits, "0123456789") != "" || whole == "" {
		return s
	}
	trimmed := strings.TrimRight(digits, "0")
	exponent += int64(len(digits) - len(trimmed))
	switch {
	case trimmed == "":
		return "0"
	case exponent == 0:
		return sign + trimmed
	}
	return sign + trimmed + "e" + strconv.FormatInt(exponent, 10)
}
