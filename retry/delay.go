package retry

import (
	"math"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
)

// A Jitter says how waits are spread, so that clients that failed together do not
// retry together.
type Jitter uint8

// The values of [Policy.Jitter]. The first is the default.
const (
	FullJitter  Jitter = iota // wait between 0 and the delay
	EqualJitter               // wait between half the delay and the delay
	NoJitter                  // wait exactly the delay
)

// String returns "full jitter", "equal jitter" or "no jitter".
func (j Jitter) String() string {
	switch j {
	case FullJitter:
		return "full jitter"
	case EqualJitter:
		return "equal jitter"
	case NoJitter:
		return "no jitter"
	}
	return "unknown jitter"
}

// curve says how the waits after one kind of failure grow.
type curve struct {
	base, max  time.Duration
	multiplier float64
	jitter     Jitter
}

func newCurve(p Policy, base, limit time.Duration) curve {
	c := curve{base: p.Delay, max: p.MaxDelay, multiplier: p.Multiplier, jitter: p.Jitter}
	if c.base == 0 {
		c.base = base
		if c.max > 0 {
			c.base = min(base, c.max)
		}
	}
	c.base = max(c.base, 0) // NoDelay
	if c.max == 0 {
		c.max = max(limit, tenfold(p.Delay))
	}
	if c.multiplier == 0 {
		c.multiplier = 2
	}
	return c
}

// tenfold returns ten times the user's Delay, so that a long delay can grow too.
func tenfold(d time.Duration) time.Duration {
	return 10 * min(d, math.MaxInt64/10)
}

// ceiling returns the longest wait after the nth attempt. It is in [0, max] for any n.
func (c curve) ceiling(n int) time.Duration {
	if c.base == 0 {
		return 0
	}
	d := float64(c.base) * math.Pow(c.multiplier, float64(max(n, 1)-1))
	if !(d < float64(c.max)) { // true for NaN too
		return c.max
	}
	return time.Duration(d)
}

// wait returns the wait after the nth attempt: the ceiling with jitter. r is in [0, 1).
func (c curve) wait(n int, r float64) time.Duration {
	d := c.ceiling(n)
	switch c.jitter {
	case FullJitter:
		return part(d, r)
	case EqualJitter:
		return d/2 + part(d-d/2, r)
	case NoJitter:
	}
	return d
}

// part returns the share r of d. It is in [0, d] whatever r is.
func part(d time.Duration, r float64) time.Duration {
	if !(r > 0) {
		return 0
	}
	if r >= 1 {
		return d
	}
	return min(time.Duration(r*float64(d)), d)
}

// spread adds jitter to a wait that all requests of this process share, so that they do not
// coincide with those of other processes.
func (c curve) spread(d time.Duration, r float64) time.Duration {
	if c.jitter == NoJitter {
		return d
	}
	return min(d+part(min(d/hintShare, hintSpread), r), c.max)
}

// The bounds of what is added to a hint.
const (
	hintShare  = 10 // the divisor: a tenth of the hint
	hintSpread = time.Second
	hintLate   = 1400 * time.Millisecond // including what the hint was rounded up by
)

// spread adds jitter to a hint, so that clients that got it at the same time do not send again at
// the same time. It never shortens the wait.
func spread(h hint.Hint, r float64) time.Duration {
	return h.Wait + part(min(h.Wait/hintShare, hintSpread, hintLate-h.Margin), r)
}
