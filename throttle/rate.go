package throttle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseRate returns the rule of a text: "10/90s", "2/s", "500/m", "1000/24h". The number is
// at least 1; the duration is as for [time.ParseDuration], above 0 and of at most ten years,
// and its unit alone means one of it. Anything else is an error that quotes the text. It is
// for limits that come from a configuration; see [MustRate] for those in the code.
func ParseRate(text string) (Rule, error) {
	count, per, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 1 {
		return Rule{}, fmt.Errorf("throttle: the rate %q is not a number of at least 1, a slash and a duration, as in 10/90s", text)
	}
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	d, err := time.ParseDuration(per)
	if err != nil || d <= 0 {
		return Rule{}, fmt.Errorf("throttle: the rate %q has the duration %q, want one as in 10/90s", text, per)
	}
	if d > maxPer {
		return Rule{}, fmt.Errorf("throttle: the rate %q has the duration %s, want at most ten years", text, d)
	}
	return Rule{Limit: n, Per: d}, nil
}

// MustRate is [ParseRate] for a text that is known to be right. It panics on any
// other.
func MustRate(text string) Rule {
	r, err := ParseRate(text)
	if err != nil {
		panic(err.Error())
	}
	return r
}
