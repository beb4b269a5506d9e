package hint

import (
	"strings"
	"time"
)

// number reads a plain decimal number of units. strconv would also accept signs, exponents,
// hexadecimals, NaN and Inf, which are malformed in a header.
func number(s string, unit time.Duration) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && frac == "" || !digits(whole) || !digits(frac) {
		return 0, false
	}
	limit := int64(Max / unit)
	var n int64
	for _, c := range []byte(whole) {
		if n = n*10 + int64(c-'0'); n >= limit {
			return Max, true
		}
	}
	d := time.Duration(n) * unit
	step := unit
	var rest bool
	for _, c := range []byte(frac) {
		if step /= 10; step == 0 {
			rest = rest || c != '0'
			continue
		}
		d += time.Duration(c-'0') * step
	}
	if rest {
		d++
	}
	return d, true
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
