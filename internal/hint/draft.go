package hint

import (
	"strings"
)

// readDraft reads one RateLimit field. As the draft demands, it ignores a malformed field as a
// whole (draft-ietf-httpapi-ratelimit-headers, section 4).
func (q *quotas) readDraft(field string, c *clock) {
	all := *q
	var oldRemaining, oldReset string
	for more := true; more; {
		var member string
		var ok bool
		if member, field, more, ok = cut(field, ','); !ok {
			return
		}
		item, params, _, _ := cut(member, ';')
		item = strings.TrimSpace(item)
		if item == "" {
			return
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
		if !all.readState(params, c) {
			return
		}
	}
	if all.addPair(oldRemaining, oldReset, c) {
		*q = all
	}
}

// readState reads the parameters of one policy: r is what remains, t the seconds until its reset.
// Unknown parameters are ignored. It reports false if they are malformed.
func (q *quotas) readState(params string, c *clock) bool {
	var r, t string
	for more := params != ""; more; {
		var param string
		var ok bool
		if param, params, more, ok = cut(params, ';'); !ok {
			return false
		}
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		switch name {
		case "":
			return false
		case "r":
			r = value
		case "t":
			t = value
		}
	}
	return q.addPair(r, t, c)
}

// addPair adds a pair of remaining and reset seconds. If either is missing, nothing is known and
// nothing added. It reports false if one is malformed.
func (q *quotas) addPair(remaining, reset string, c *clock) bool {
	if remaining == "" || reset == "" {
		return true
	}
	left, known := q.rest([]string{remaining})
	wait := c.seconds(strings.TrimSpace(reset), q.window)
	if !wait.ok || !known && !strings.HasPrefix(remaining, "-") {
		return false
	}
	if known {
		q.add(left, wait)
	}
	return true
}

// cut is strings.Cut that skips quoted strings. ok is false if a quote is not closed.
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
