package hint

import (
	"strings"
	"time"
)

// draft reads one RateLimit field. A malformed one is ignored as a whole, as
// the draft asks (draft-ietf-httpapi-ratelimit-headers, section 4).
func draft(field string) (d time.Duration, found bool) {
	var oldRemaining, oldReset string
	for more := true; more; {
		var member string
		var ok bool
		if member, field, more, ok = cut(field, ','); !ok {
			return 0, false
		}
		item, params, _, _ := cut(member, ';')
		item = strings.TrimSpace(item)
		if item == "" {
			return 0, false
		}
		if name, value, is := strings.Cut(item, "="); is && item[0] != '"' {
			switch name {
			case "remaining":
				oldRemaining = value
			case "reset":
				oldReset = value
			}
			continue
		}
		delay, empty, ok := state(params)
		if !ok {
			return 0, false
		}
		if empty {
			d, found = max(d, delay), true
		}
	}
	if delay, empty, ok := exhaustedFor(oldRemaining, oldReset); ok && empty {
		d, found = max(d, delay), true
	}
	return d, found
}

// state reads the parameters of one policy: r is what remains of it, and t the
// seconds to its reset. Unknown parameters are ignored.
func state(params string) (delay time.Duration, empty, ok bool) {
	var r, t string
	for more := params != ""; more; {
		var param string
		if param, params, more, ok = cut(params, ';'); !ok {
			return 0, false, false
		}
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		switch name {
		case "":
			return 0, false, false
		case "r":
			r = value
		case "t":
			t = value
		}
	}
	return exhaustedFor(r, t)
}

// exhaustedFor reads the pair of remaining and reset seconds. If one of them is
// missing, nothing is exhausted.
func exhaustedFor(remaining, reset string) (delay time.Duration, empty, ok bool) {
	if remaining == "" || reset == "" {
		return 0, false, true
	}
	left, ok := number(remaining, time.Second)
	if !ok {
		return 0, false, false
	}
	delay, ok = number(reset, time.Second)
	return delay, ok && left == 0, ok
}

// cut is strings.Cut that skips quoted strings; ok is false if a quote is not
// closed.
func cut(s string, sep byte) (before, after string, more, ok bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == sep && !quoted:
			return s[:i], s[i+1:], true, true
		}
	}
	return s, "", false, !quoted
}
