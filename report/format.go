package report

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
)

// human writes a value for people.
func human(v any) string {
	switch v := v.(type) {
	case count:
		return strconv.FormatUint(uint64(v), 10)
	case percent:
		return humanPercent(float64(v))
	case perSecond:
		return significant(float64(v))
	case time.Duration:
		return humanDuration(v)
	}
	return "-"
}

// humanPercent writes one decimal. Only none and all become 0 and 100.
func humanPercent(p float64) string {
	switch {
	case p <= 0:
		return "0%"
	case p >= 100:
		return "100%"
	}
	return fmt.Sprintf("%.1f%%", min(max(p, 0.1), 99.9))
}

// humanDuration writes three significant digits up to a minute.
func humanDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s" // and not 0ns
	case d < time.Microsecond:
		return fmt.Sprintf("%dns", d.Nanoseconds())
	case d < 999500*time.Nanosecond:
		return significant(float64(d)/1e3) + "µs"
	case d < 999500*time.Microsecond:
		return significant(float64(d)/1e6) + "ms"
	case d < 59950*time.Millisecond:
		return significant(float64(d)/1e9) + "s"
	case d < time.Hour-500*time.Millisecond:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// significant writes about three digits and no trailing zeros.
func significant(f float64) string {
	scale := 1.0
	switch {
	case f < 9.995:
		scale = 100
	case f < 99.95:
		scale = 10
	}
	return strconv.FormatFloat(math.Round(f*scale)/scale, 'f', -1, 64)
}

// machine writes a value for programs: plain numbers, seconds, and an empty text for a value that
// does not exist.
func machine(v any) string {
	switch v := v.(type) {
	case count:
		return strconv.FormatUint(uint64(v), 10)
	case percent:
		return strconv.FormatFloat(rounded(float64(v)), 'f', -1, 64)
	case perSecond:
		return strconv.FormatFloat(rounded(float64(v)), 'f', -1, 64)
	case time.Duration:
		return strconv.FormatFloat(brief.Seconds(v), 'f', -1, 64)
	}
	return ""
}

// rounded returns f with four decimals.
func rounded(f float64) float64 { return math.Round(f*1e4) / 1e4 }
