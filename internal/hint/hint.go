package hint

import (
	"net/http"
	"time"
)

// Max is the longest hint ever returned: 365 days. Longer ones, and numbers that overflow, become
// Max. It leaves room to add jitter or to multiply without overflowing a time.Duration. How much of
// a hint is obeyed is decided by retry (MaxHint) and throttle (Pause.Max).
const Max = 365 * 24 * time.Hour

// A Hint is what a response says about when to send again.
type Hint struct {
	// Wait is how long to wait after the arrival of the response, in [0, Max].
	Wait time.Duration
	// Margin is how much of Wait allows for rounding: a Retry-After may have been cut off, and an
	// instant may be meant up to a second later.
	Margin time.Duration
	// Sure is whether the response itself says that a limit was reached: by its status 429, or by a
	// quota of which nothing remains. A Retry-After alone may be a constant of the server that has
	// nothing to do with limits.
	Sure bool
}

// near is how far a Retry-After may be from the reset of a quota that is not exhausted and still
// mean the same instant. Each may have been rounded.
const near = 2 * time.Second

// FromResponse returns the hint of resp, which arrived at now by the clock of this machine.
//
// Only a status of 400 and above has a hint: Retry-After on a 202 is the interval of polling and on
// a 3xx delays the next hop (RFC 9110 section 10.2.3), so both are ignored. A wait whose field name
// contains its unit takes precedence over Retry-After, and Retry-After over the quotas, which are
// read for 429 and 403 only. A Retry-After in whole seconds may have been cut off. It is
// lengthened, by at most one second, to the reset of an exhausted quota that is up to two seconds
// later. On a 429 a reset also counts as that of an exhausted quota if no field says how much
// remains.
//
// A Retry-After that ends with a quota of which something remains is the clock of that quota and
// not a hint, unless the status is 429. If the header has no hint, that of the body counts, if the
// context of the request has it ([BodyKey]). A nil response has no hint.
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
	if limited && !q.rests { // a reset that comes alone with a 429 can only be that of the quota
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

// A reading is the value of a field as it was read. The zero reading is no value.
type reading struct {
	wait   time.Duration // how long to wait, margin included
	margin time.Duration // what was added to an instant for the fraction that its number leaves out
	whole  bool          // it was a number of seconds without a fraction
	ok     bool
}

// said returns what the value says, without a margin.
func (r reading) said() time.Duration { return max(r.wait-r.margin, 0) }

// later returns the later of the two.
func later(a, b reading) reading {
	if !a.ok || b.ok && b.wait > a.wait {
		return b
	}
	return a
}
