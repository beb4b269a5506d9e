package throttle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseRate parses a rate such as "10/90s", "2/s", "500/m" or "1000/24h" into a rule with Limit
// and Per. The number is at least 1. The duration is that of [time.ParseDuration], or a
// unit alone, which means one of it. It must be above 0 and at most ten years. ParseRate is
// for limits from a configuration; for a constant see [MustRate].
func ParseRate(text string) (Rule, error) {
	count, per, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 1 {
		return Rule{}, fmt.Errorf("throttle: the rate %q is not of the form 10/90s: a number of at least 1, a slash and a duration", text)
	}
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	d, err := time.ParseDuration(per)
	if err != nil || d <= 0 {
		return Rule{}, fmt.Errorf("throttle: the rate %q has the duration %q, want one like 90s", text, per)
	}
	if d > maxPer {
		return Rule{}, fmt.Errorf("throttle: the rate %q has the duration %s, want at most ten years", text, d)
	}
	return Rule{Limit: n, Per: d}, nil
}

// MustRate is like [ParseRate] but panics if the text is not a rate.
func MustRate(text string) Rule {
	r, err := ParseRate(text)
	if err != nil {
		panic(err.Error())
	}
	return r
}
