package hint

import (
	"net/http"
	"strings"
	"time"
)

// after is what the fields of the Retry-After family say: those whose names contain a unit, and the
// others.
type after struct{ unit, plain reading }

// readAfter reads every field with "retry-after" or "retry-in" in its name: Retry-After (RFC 9110
// section 10.2.3) and its variants with a prefix or suffix, such as Retry-After-Short;
// Retry-After-Ms and X-Ms-Retry-After-Ms in milliseconds; X-Retry-In as a Go duration. A number may
// have the unit of a Go duration, and a date may be one of RFC 3339, since servers write both. Of
// several values the longest counts.
func readAfter(h http.Header, c *clock) (a after) {
	for name, values := range h {
		kind := afterKind(name)
		if kind == noAfter {
			continue
		}
		for _, v := range values {
			if strings.Contains(v, ":") { // a date, which may contain a comma
				if kind == inSeconds {
					a.plain = later(a.plain, c.instant(v))
				}
				continue
			}
			for part := range strings.SplitSeq(v, ",") { // a proxy may have joined several values
				a.read(kind, strings.TrimSpace(part), c)
			}
		}
	}
	return a
}

// read reads a value that is not a date.
func (a *after) read(kind afterForm, value string, c *clock) {
	switch kind {
	case inMilliseconds:
		if d, ok := number(value, time.Millisecond); ok {
			a.unit = later(a.unit, reading{wait: d, ok: true})
		}
	case asDuration:
		if d, ok := duration(value); ok {
			a.unit = later(a.unit, reading{wait: d, ok: true})
			return
		}
		a.plain = later(a.plain, c.seconds(value, 0))
	case inSeconds:
		r := c.seconds(value, 0)
		if !r.ok && !digits(value) { // a Go program may have printed a time.Duration
			r.wait, r.ok = duration(value)
		}
		a.plain = later(a.plain, r)
	case noAfter:
	}
}

// afterForm says how to read the values of a field.
type afterForm uint8

const (
	noAfter afterForm = iota
	inSeconds
	inMilliseconds
	asDuration
)

func afterKind(name string) afterForm {
	if i := indexFold(name, "retry-after"); i >= 0 {
		if inMs(name[i:]) {
			return inMilliseconds
		}
		return inSeconds
	}
	if indexFold(name, "retry-in") >= 0 {
		if inMs(name) {
			return inMilliseconds
		}
		return asDuration
	}
	return noAfter
}
