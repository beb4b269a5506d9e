package hint

import (
	"strings"
	"time"
)

// duration reads a Go duration such as "6m0s". [time.ParseDuration] fails on a value beyond a
// time.Duration and returns zero for a fraction of a nanosecond. duration reads such values part by
// part, within [0, Max].
func duration(v string) (d time.Duration, ok bool) {
	if d, err := time.ParseDuration(v); err == nil && d != 0 {
		return min(d, Max), d > 0
	}
	v = strings.TrimPrefix(v, "+")
	for rest := v; rest != ""; {
		value := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
		rest = rest[len(value):]
		name := rest
		if i := strings.IndexAny(rest, "0123456789."); i >= 0 {
			name = rest[:i]
		}
		rest = rest[len(name):]
		unit := unitOf(name)
		whole, frac, _ := strings.Cut(value, ".")
		if unit == 0 || whole+frac == "" {
			return 0, false
		}
		// Unlike a plain number, a Go duration may leave out one side of the dot.
		part, ok := number("0"+whole+"."+frac+"0", unit)
		if !ok {
			return 0, false
		}
		d = min(d+part, Max)
	}
	return d, v != ""
}

// unitOf returns the unit of a Go duration, or zero if it is unknown.
func unitOf(name string) time.Duration {
	switch name {
	case "ns":
		return time.Nanosecond
	case "us", "µs", "μs":
		return time.Microsecond
	case "ms":
		return time.Millisecond
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	}
	return 0
}
