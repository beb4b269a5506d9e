package retry

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// shownWaits is how many waits of a schedule are printed.
const shownWaits = 8

// String returns the policy in words, with its defaults in place: the schedule of
// waits, what is sent again, and the bounds. It panics where [New] does.
func (p Policy) String() string {
	c := compile(p)
	var b strings.Builder
	if c.attempts == 1 {
		b.WriteString("retry: 1 attempt")
		c.describeRepeats(&b)
		return b.String()
	}
	fmt.Fprintf(&b, "retry: %d attempts", c.attempts)
	c.waits(&b)
	for _, s := range sortedKeys(c.delays) {
		fmt.Fprintf(&b, ", %s after %d", c.delays[s], s)
	}
	fmt.Fprintf(&b, ", hints up to %s", c.maxHint)
	switch {
	case c.when != nil:
		b.WriteString(", decided by When")
	case c.check != nil:
		b.WriteString(", decided by CheckRetry")
	case p.Statuses != nil:
		fmt.Fprintf(&b, ", statuses %v", p.Statuses)
	}
	if c.key != nil {
		b.WriteString(", makes idempotency keys")
	}
	if c.reconcile != nil {
		b.WriteString(", looks up ambiguous attempts")
	}
	if c.unsafe {
		b.WriteString(", unsafe methods too")
	}
	c.describeRepeats(&b)
	if c.budget != nil {
		fmt.Fprintf(&b, ", %s", c.budget)
	}
	return b.String()
}

// describeRepeats prints what happens to repeats, unless it is the default.
func (p *plan) describeRepeats(b *strings.Builder) {
	switch p.repeats {
	case RejectRepeats:
		b.WriteString(", rejects repeats")
	case IgnoreRepeats:
		b.WriteString(", ignores repeats")
	case YieldToRepeats:
	}
}

// waits prints the schedule.
func (p *plan) waits(b *strings.Builder) {
	switch {
	case p.backoff != nil:
		b.WriteString(", waits by Backoff")
		return
	case p.fault.base == 0:
		b.WriteString(", no waits")
		return
	}
	upTo := "up to "
	if p.fault.jitter == NoJitter {
		upTo = ""
	}
	faults, throttles := p.fault.list(p.attempts-1), p.throttle.list(p.attempts-1)
	fmt.Fprintf(b, ", waits %s%s", upTo, faults)
	if throttles != faults {
		fmt.Fprintf(b, ", throttled %s%s", upTo, throttles)
	}
	fmt.Fprintf(b, ", %s", p.fault.jitter)
}

func sortedKeys(m map[int]time.Duration) []int {
	ks := make([]int, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

// list prints the first n ceilings.
func (c curve) list(n int) string {
	var b strings.Builder
	for i := 1; i <= min(n, shownWaits); i++ {
		if i > 1 {
			b.WriteByte(' ')
		}
		b.WriteString(c.ceiling(i).Round(time.Microsecond).String())
	}
	if n > shownWaits {
		b.WriteString(" ...")
	}
	return b.String()
}

// sum returns the sum of the first n ceilings, or the longest duration if it overflows.
func (c curve) sum(n int) time.Duration {
	var total int64
	for i := 1; i <= n; i++ {
		w, times := int64(c.ceiling(i)), int64(1)
		if w == int64(c.ceiling(i+1)) { // all further waits are equal
			times = int64(n - i + 1)
		}
		if w > 0 && times > (math.MaxInt64-total)/w {
			return math.MaxInt64
		}
		if total += times * w; times > 1 {
			break
		}
	}
	return time.Duration(total)
}

// Explain implements [transport.Explainer].
func (r *Retry) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Sends: true, Single: true})
	p.Note("%s", r.policy.String())
	c := r.plan
	if c.attempts == 1 {
		return
	}
	if p.Attempts > 1 {
		p.Warn("retry is inside another retry: only the outer one retries a call")
		return
	}
	switch c.repeats {
	case YieldToRepeats:
		p.Note("retry: a failed request that an SDK above sends again within %s is sent once", repeatWithin)
	case RejectRepeats:
		p.Note("retry: a failed request that an SDK above sends again within %s is rejected", repeatWithin)
	case IgnoreRepeats:
		p.Note("retry: a failed request that an SDK above sends again is retried like any other")
	}
	p.Attempts *= c.attempts
	p.Sends *= c.attempts
	p.Buffered += max(c.buffer, c.bufferKnown)
	if c.backoff == nil {
		if waits := c.fault.sum(c.attempts - 1); p.Longest > 0 && waits >= p.Longest {
			p.Warn("retry may wait %s in all between attempts, but the call ends after %s", waits, p.Longest)
		}
	}
	if c.unsafe {
		p.Warn("retry also resends requests that are not idempotent: a POST may do its work more than once")
	}
	if r.budget.off {
		p.Warn("retry has no budget: in an outage it sends up to %d times the load", c.attempts)
	}
}
