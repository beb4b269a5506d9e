package hint

import (
	"net/http"
	"strings"
	"time"
)

// Max is the longest hint ever returned: 365 days. Longer ones, and numbers
// that overflow, become Max. It leaves room to add jitter or to multiply
// without overflowing a time.Duration.
const Max = 365 * 24 * time.Hour

// FromResponse returns how long resp asks the client to wait from its arrival on.
// now replaces a Date header that is missing or malformed.
//
// Only a status of 400 and above has a hint: Retry-After on a 202 is the interval
// of polling and on a 3xx delays the next hop (RFC 9110 section 10.2.3), so both
// are ignored. [After] is read first; if it finds nothing, [Quota] is read for 429
// and 403. A nil response has no hint.
func FromResponse(resp *http.Response, now time.Time) (d time.Duration, ok bool) {
	if resp == nil || resp.StatusCode < 400 {
		return 0, false
	}
	if d, ok = After(resp.Header, now); ok {
		return d, true
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusForbidden:
		return Quota(resp.Header, now)
	}
	return 0, false
}

// After reads Retry-After-Ms, X-Ms-Retry-After-Ms and Retry-After (RFC 9110
// section 10.2.3), the first of them that is well-formed, whatever the status. The value
// is a number, fractions allowed, or for Retry-After any of the three HTTP
// dates; "0" and a date in the past are a hint of zero. Negative, empty,
// exponent, NaN and infinite values are malformed. Of a repeated field the
// longest well-formed value counts.
func After(h http.Header, now time.Time) (d time.Duration, ok bool) {
	if d, ok = longest(h["Retry-After-Ms"], time.Millisecond); ok {
		return d, true
	}
	if d, ok = longest(h["X-Ms-Retry-After-Ms"], time.Millisecond); ok {
		return d, true
	}
	d, ok = longest(h["Retry-After"], time.Second)
	for _, v := range h["Retry-After"] {
		if !strings.Contains(v, ":") { // not a date; the error of ParseTime would be an allocation
			continue
		}
		if t, err := date(v); err == nil {
			d, ok = max(d, until(t, h, now)), true
		}
	}
	return d, ok
}

// longest returns the longest of the values, each a number of units. A proxy may
// have joined some with commas.
func longest(values []string, unit time.Duration) (d time.Duration, ok bool) {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if n, is := number(part, unit); is {
				d, ok = max(d, n), true
			}
		}
	}
	return d, ok
}

// until returns the time from the response to t, within [0, Max].
func until(t time.Time, h http.Header, now time.Time) time.Duration {
	for _, v := range h["Date"] {
		if at, err := date(v); err == nil {
			now = at
			break
		}
	}
	return min(max(t.Sub(now), 0), Max)
}

// date reads an HTTP date (RFC 9110, section 5.6.7), and the time.RFC1123
// format of a time in UTC, which the middleware of go-limiter sends.
func date(v string) (time.Time, error) {
	v = strings.TrimSpace(v)
	if plain, ok := strings.CutSuffix(v, " UTC"); ok {
		v = plain + " GMT"
	}
	return http.ParseTime(v)
}

// number reads a plain decimal number of units. strconv would also read signs,
// exponents, hexadecimals, NaN and Inf, which are malformed in a header.
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
