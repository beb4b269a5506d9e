package throttle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String describes what the rule allows: "10 requests per 90 seconds for URLs matching
// /pokemon/". The text is the same in every run.
func (r Rule) String() string {
	var b strings.Builder
	unit := " request"
	if r.Cost != nil {
		unit = " unit"
	}
	b.WriteString(strconv.Itoa(r.Limit) + unit)
	if r.Limit != 1 {
		b.WriteByte('s')
	}
	b.WriteString(" per " + span(r.Per))
	if r.Key != nil {
		b.WriteString(" and key")
	}
	b.WriteString(r.fields().String())
	if r.Mode != Window {
		fmt.Fprintf(&b, " (%s)", r.Mode)
	}
	return b.String()
}

// span returns a duration in its largest whole unit, without a number if that would be one:
// "second", "500 milliseconds", "90 seconds", "24 hours".
func span(d time.Duration) string {
	if d == 0 {
		d = time.Second
	}
	for _, u := range []struct {
		size time.Duration
		name string
	}{
		{time.Hour, "hour"},
		{time.Minute, "minute"},
		{time.Second, "second"},
		{time.Millisecond, "millisecond"},
		{time.Microsecond, "microsecond"},
		{time.Nanosecond, "nanosecond"},
	} {
		switch n := d / u.size; {
		case d%u.size != 0:
			continue
		case n == 1:
			return u.name
		default:
			return strconv.FormatInt(int64(n), 10) + " " + u.name + "s"
		}
	}
	return d.String()
}
