package hint

import (
	"net/http"
	"time"
)

// Max is the longest hint ever returned: 365 days. Longer ones, and numbers
// that overflow, become Max. It leaves room to add jitter or to multiply
// without overflowing a time.Duration. How much of a hint is obeyed is for retry
// (MaxHint) and throttle (Pause.Max) to say.
const Max = 365 * 24 * time.Hour

// A Hint is what a response says about when to send again.
type Hint struct {
	// Wait is how long to wait from the arrival of the response on, in [0, Max].
	Wait time.Duration
	// Margin is how much of Wait allows for rounding: for a Retry-After that was
	// cut off, and for an instant that may be meant up to a second later.
	Margin time.Duration
	// Sure is whether the response itself says that a limit was reached: by its
	// status 429, or by a quota of which nothing remains. A Retry-After alone may be
	// a constant of the server that has nothing to do with limits.
	Sure bool
}

// near is how far a Retry-After and the reset of a quota that lasts may lie apart
// to be one and the same: each may have been rounded.
const near = 2 * time.Second

// FromResponse returns the hint of resp, from its arrival at now on, by the clock of
// this machine.
//
// Only a status of 400 and above has a hint: Retry-After on a 202 is the interval
// of polling and on a 3xx delays the next hop (RFC 9110 section 10.2.3), so both
// are ignored. A wait that names its unit goes before Retry-After, and Retry-After
// before the quotas, which are read for 429 and 403 only. A Retry-After in whole
// seconds may have been cut off: it is lengthened to the reset of an exhausted
// quota that is up to two seconds later, by at most one second. On a 429 a reset
// counts as that of an exhausted quota also where no field says how much remains.
//
// A Retry-After beside a quota that lasts, and that ends with it, is the clock of the
// quota and no hint, unless the status is 429. Where the header has no hint, that of the
// body counts, if the context of the request has it ([BodyKey]). A nil response has no hint.
func FromResponse(resp *http.Response, now time.Time) (h Hint, ok bool) {
	if resp == nil || resp.StatusCode < 400 {
		return Hint{}, false
	}
	if h, ok = fromHeader(resp, now); ok {
		return h, true
	}
	return fromBody(resp)
}

func fromHeader(resp *http.Response, now time.Time) (h Hint, ok bool) {
	limited := resp.StatusCode == http.StatusTooManyRequests
	c := clockOf(resp.Header, now)
	asked := readAfter(resp.Header, c)
	if asked.unit.ok {
		return Hint{Wait: asked.unit.wait, Margin: asked.unit.margin, Sure: limited}, true
	}
	if !asked.plain.ok && !limited && resp.StatusCode != http.StatusForbidden {
		return Hint{}, false // whatever the quotas say
	}
	q := readQuotas(resp.Header, c, asked.plain, limited)
	if limited && !q.rests { // what else would a reset be that comes alone with a 429
		q.spent = q.alone
	}
	exhausted := q.spent.ok && (limited || resp.StatusCode == http.StatusForbidden)
	switch after := asked.plain; {
	case after.ok && !limited && q.denies && !q.spent.ok:
		return Hint{}, false
	case after.ok:
		h = Hint{Wait: after.wait, Margin: after.margin, Sure: limited || exhausted}
		if more := q.spent.wait - after.wait; exhausted && after.whole && more > 0 && q.spent.said()-after.wait <= near {
			more = min(more, time.Second)
			h.Wait += more
			h.Margin = more
		}
		return h, true
	case exhausted:
		return Hint{Wait: q.spent.wait, Margin: q.spent.margin, Sure: true}, true
	}
	return Hint{}, false
}

// A reading is one value that was read. The zero reading is none.
type reading struct {
	wait   time.Duration // how long to wait, margin included
	margin time.Duration // what was added to an instant for what its number leaves out
	whole  bool          // a number of seconds without a fraction
	ok     bool
}

// said is what the value says, without a margin.
func (r reading) said() time.Duration { return max(r.wait-r.margin, 0) }

// later returns the one of the two that is later.
func later(a, b reading) reading {
	if !a.ok || b.ok && b.wait > a.wait {
		return b
	}
	return a
}
