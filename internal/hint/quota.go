package hint

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota returns how long it is until an exhausted quota is refilled. A quota
// counts only if the server says that nothing remains of it; of several exhausted
// ones the last to be refilled counts. It reads
//
//   - RateLimit, the structured list of the IETF draft (`"day";r=0;t=30`) and
//     the dictionary of its earlier editions (`limit=9, remaining=0, reset=30`);
//   - the X-RateLimit-, X-Rate-Limit- and RateLimit- triples;
//   - the same for requests and for tokens, as OpenAI and Anthropic send them.
//
// A reset is a number of seconds (below 1e9 a delay, else a Unix time, from
// 1e11 on in milliseconds), a Go duration ("6m0s"), an RFC 3339 time or an
// HTTP date. Malformed and unknown values are ignored.
func Quota(h http.Header, now time.Time) (d time.Duration, ok bool) {
	for _, v := range h["Ratelimit"] {
		if t, is := draft(v); is {
			d, ok = max(d, t), true
		}
	}
	for _, q := range [...]struct{ remaining, reset string }{
		{"X-Ratelimit-Remaining", "X-Ratelimit-Reset-After"},
		{"X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
		{"X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"},
		{"Ratelimit-Remaining", "Ratelimit-Reset"},
		{"X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
		{"X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"},
		{"Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset"},
		{"Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset"},
		{"Anthropic-Ratelimit-Input-Tokens-Remaining", "Anthropic-Ratelimit-Input-Tokens-Reset"},
		{"Anthropic-Ratelimit-Output-Tokens-Remaining", "Anthropic-Ratelimit-Output-Tokens-Reset"},
	} {
		if !exhausted(h[q.remaining]) {
			continue
		}
		for _, v := range h[q.reset] {
			if t, is := reset(v, h, now); is {
				d, ok = max(d, t), true
			}
		}
	}
	return d, ok
}

// exhausted reports whether any of the values says zero. A negative one does
// not: some vendors send -1 for "not known".
func exhausted(values []string) bool {
	for _, v := range values {
		if n, ok := number(v, time.Second); ok && n == 0 {
			return true
		}
	}
	return false
}

// reset reads one of the dialects of a reset field.
func reset(v string, h http.Header, now time.Time) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	if v == "" {
		return 0, false
	}
	if d, ok := number(v, time.Second); ok {
		// number returns Max for every Unix time, so the digits are counted.
		whole, frac, _ := strings.Cut(strings.TrimLeft(v, "0"), ".")
		if len(whole) < 10 {
			return d, true
		}
		n, err := strconv.ParseInt(whole, 10, 64)
		switch {
		case err != nil || n >= 1e14: // after the year 5138, even in milliseconds
			return Max, true
		case n >= 1e11:
			return until(time.UnixMilli(n), h, now), true
		}
		part, _ := number("0."+frac+"0", time.Second)
		return until(time.Unix(n, int64(part)), h, now), true
	}
	if d, ok := duration(v); ok {
		return d, true
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return until(at, h, now), true
	}
	if at, err := date(v); err == nil {
		return until(at, h, now), true
	}
	return 0, false
}
