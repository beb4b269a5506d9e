package hint

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// clock is what instants are measured against: the clock of this machine, or that of the server if
// the two differ. Most responses name no instant, so Date is read only when the first instant is.
type clock struct {
	now   time.Time
	dates []string // the values of Date that have not been read yet
	ages  []string // the values of Age, of a response that comes from a cache
}

// The Date header names whole seconds, and some servers refresh it late. A difference within these
// bounds does not show that the clock of this machine differs from the server's.
const (
	dateBehind = 2 * time.Second
	dateAhead  = 3 * time.Second
	// datePart is how far into its second the instant of a Date is taken to be.
	datePart = time.Second / 2
)

// clockOf returns the clock for the header of a response that has just arrived.
func clockOf(h http.Header, now time.Time) *clock { return &clock{now, h["Date"], h["Age"]} }

// time returns the current time by the clock.
func (c *clock) time() time.Time {
	for len(c.dates) > 0 {
		at, err := date(c.dates[0])
		c.dates = c.dates[1:]
		if err != nil {
			continue
		}
		c.dates = nil
		if !c.differs(at) {
			break
		}
		if len(c.ages) > 0 { // a cache has kept the Date of the server
			first, _, _ := strings.Cut(c.ages[0], ",") // RFC 9111, section 5.1
			age, _ := number(first, time.Second)
			at = at.Add(age)
		}
		if c.differs(at) {
			c.now = at.Add(datePart)
		}
	}
	return c.now
}

// differs reports whether a Date shows that the clock of this machine differs from the server's.
func (c *clock) differs(at time.Time) bool {
	ahead := at.Sub(c.now)
	return ahead < -dateBehind || ahead > dateAhead
}

// past is how long ago an instant may be and still be a hint.
const past = 5 * time.Second

// fraction is how much later an instant with a fraction of a second may be meant. The clocks of
// many servers know milliseconds and cut off the rest, and no two clocks agree more closely.
const fraction = 10 * time.Millisecond

// until returns the time until an instant. One in whole seconds may be meant up to a second later.
func (c *clock) until(t time.Time, whole bool) reading {
	d := t.Sub(c.time())
	if d < -past {
		return reading{}
	}
	r := reading{margin: fraction, ok: true}
	if whole {
		r.margin = time.Second
	}
	r.wait = min(max(min(d, Max)+r.margin, 0), Max)
	r.margin = min(r.margin, r.wait)
	return r
}

// instant reads an RFC 3339 time or an HTTP date.
func (c *clock) instant(v string) reading {
	v = strings.TrimSpace(v)
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return c.until(at, !strings.Contains(v, "."))
	}
	t, err := date(v)
	if err != nil {
		return reading{}
	}
	return c.until(t, true)
}

// From these numbers on, a plain number is an instant in the unit. The ranges cannot overlap before
// the year 5138.
const (
	unixSeconds = 1e9
	unixMillis  = 1e11
	unixMicros  = 1e14
	unixNanos   = 1e17
)

// seconds reads a number. It is a delay in seconds, or from 1e9 on an instant as a Unix time in
// seconds, milli-, micro- or nanoseconds. limit is the longest delay that other fields allow, 0 for
// none. A delay of more than twice limit is read as milliseconds if these are within twice limit.
func (c *clock) seconds(v string, limit time.Duration) reading {
	d, ok := number(v, time.Second)
	if !ok {
		return reading{}
	}
	whole, frac, dotted := strings.Cut(strings.TrimLeft(v, "0"), ".")
	if len(whole) < 10 {
		if ms, _ := number(v, time.Millisecond); limit > 0 && !dotted && d > 2*limit && ms <= 2*limit {
			return reading{wait: ms, ok: true}
		}
		return reading{wait: d, whole: !dotted, ok: true}
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	var t time.Time
	switch {
	case err != nil:
		return reading{}
	case n < unixMillis:
		part, _ := number("0."+frac+"0", time.Second)
		t = time.Unix(n, int64(part))
	case n < unixMicros:
		t = time.UnixMilli(n)
	case n < unixNanos:
		t = time.UnixMicro(n)
	default:
		t = time.Unix(0, n)
	}
	if t.Sub(c.time()) > Max {
		return reading{}
	}
	return c.until(t, n < unixMillis && !dotted)
}

// reset reads the reset of a quota in any of its dialects: a number as in [clock.seconds], a Go
// duration ("6m0s"), an RFC 3339 time or an HTTP date.
func (c *clock) reset(v string, limit time.Duration) reading {
	v = strings.TrimSpace(v)
	if r := c.seconds(v, limit); r.ok || v == "" || digits(v) {
		return r
	}
	if d, ok := duration(v); ok {
		return reading{wait: d, ok: true}
	}
	return c.instant(v)
}

// date reads an HTTP date (RFC 9110, section 5.6.7), or a UTC time in the format time.RFC1123,
// which the middleware of go-limiter sends.
func date(v string) (time.Time, error) {
	v = strings.TrimSpace(v)
	if plain, ok := strings.CutSuffix(v, " UTC"); ok {
		v = plain + " GMT"
	}
	return http.ParseTime(v)
}
