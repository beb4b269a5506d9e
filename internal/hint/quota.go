package hint

import (
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/ascii"
)

// quotas is what all fields of a response together say about quotas.
type quotas struct {
	spent reading // the latest reset of an exhausted quota
	alone reading // the latest reset of a quota of which no field says how much remains
	rests bool    // it is known how much remains of some quota
	last  reading // the latest reset of such a quota
	// denies is whether a quota of which something remains has its reset when Retry-After says.
	denies bool

	after    reading       // what Retry-After says
	negative bool          // a negative number means that nothing remains; some servers use it for "not known"
	window   time.Duration // the longest window that a field names, or what Retry-After says, or 0
}

// A Quota is what an accepted response says about its quotas.
type Quota struct {
	Wait  time.Duration // how long until a quota of which nothing remains is refilled; 0 if there is none
	Reset time.Duration // how long until all quotas are, without a margin
}

// QuotaOf returns what resp, which arrived at now, says about its quotas. It reports false if resp
// says nothing.
func QuotaOf(resp *http.Response, now time.Time) (Quota, bool) {
	q := readQuotas(resp.Header, clockOf(resp.Header, now), reading{}, false)
	return Quota{Wait: q.spent.wait, Reset: q.last.said()}, q.last.ok
}

// readQuotas reads
//
//   - RateLimit, the structured list of the IETF draft (`"day";r=0;t=30`) and the dictionary of its
//     earlier editions (`limit=9, remaining=0, reset=30`);
//   - any field with "reset" and one of "limit", "quota" or "throttle" in its name, together with
//     the field that has "remaining" in place of "reset", such as X-RateLimit-Reset-Tokens and
//     X-RateLimit-Remaining-Tokens.
//
// A quota is exhausted if the server says that nothing remains of it. If negative is true, less
// than nothing counts too. A reset is read by [clock.reset]. If a field with "After" or "Ms" behind
// "Reset" says the same more precisely, that one is read.
func readQuotas(h http.Header, c *clock, after reading, negative bool) quotas {
	q := quotas{after: after, negative: negative, window: after.said()}
	q.readWindow(h)
	for _, v := range h["Ratelimit"] {
		q.readDraft(v, c)
	}
	for name, values := range h {
		i := indexFold(name, "reset")
		if i < 0 || !isQuota(name) {
			continue
		}
		if finer(h, name) {
			continue
		}
		rest := h[remainingOf(name, i)]
		left, known := q.rest(rest)
		for _, v := range values {
			r := c.reset(v, q.window)
			if inMs(name) {
				r = c.millis(v)
			}
			switch {
			case known:
				q.add(left, r)
			case len(rest) == 0:
				q.alone = later(q.alone, r)
			}
		}
	}
	return q
}

// finer reports whether another field says the same reset as a delay, for which no clock is needed.
func finer(h http.Header, name string) bool {
	return len(h[name+"-After"]) > 0 || len(h[name+"-After-Ms"]) > 0 || len(h[name+"-Ms"]) > 0
}

// add adds one quota. left is whether something remains of it.
func (q *quotas) add(left bool, reset reading) {
	q.rests = true
	q.last = later(q.last, reset)
	switch {
	case !reset.ok:
	case !left:
		q.spent = later(q.spent, reset)
	case q.after.ok:
		apart := reset.said() - q.after.said()
		q.denies = q.denies || apart >= -near && apart <= near
	}
}

// rest reads how much remains of a quota: left is whether something does, known whether the values
// say so. Of several values the least counts.
func (q *quotas) rest(values []string) (left, known bool) {
	left = true
	for _, v := range values {
		v = strings.TrimSpace(v)
		if n, negative := strings.CutPrefix(v, "-"); negative {
			if _, ok := number(n, time.Second); ok && q.negative {
				left, known = false, true
			}
			continue
		}
		if n, ok := number(v, time.Second); ok {
			left, known = left && n > 0, true
		}
	}
	return left, known
}

// readWindow reads the length of a window: the parameter w of RateLimit-Policy, or
// X-Rate-Limit-Duration.
func (q *quotas) readWindow(h http.Header) {
	for _, v := range h["X-Rate-Limit-Duration"] {
		if d, ok := number(v, time.Second); ok {
			q.window = max(q.window, d)
		}
	}
	for _, v := range h["Ratelimit-Policy"] {
		for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ';' || r == ',' }) {
			w, is := strings.CutPrefix(strings.TrimSpace(part), "w=")
			if d, ok := number(w, time.Second); is && ok {
				q.window = max(q.window, d)
			}
		}
	}
}

// millis reads a delay or a Unix time in milliseconds.
func (c *clock) millis(v string) reading {
	v = strings.TrimSpace(v)
	if d, ok := number(v, time.Millisecond); ok && len(strings.TrimLeft(v, "0")) < 12 {
		return reading{wait: d, ok: true}
	}
	return c.seconds(v, 0)
}

// Global reports whether a response says that its limit applies to all requests:
// X-RateLimit-Global: true, or X-RateLimit-Scope: global.
func Global(h http.Header) bool {
	return ascii.EqualFold(h.Get("X-Ratelimit-Global"), "true") || ascii.EqualFold(h.Get("X-Ratelimit-Scope"), "global")
}
