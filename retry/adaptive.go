package retry

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// The rule of an adaptive budget.
const (
	memory = 50 // about how many outcomes the share of successes remembers
	health = 3  // one in so many must succeed for failures to count as independent
)

// pulse is what an adaptive budget knows of a host: the share of successes among
// the latest attempts, and tokens. One word holds both, since every attempt
// changes them.
type pulse struct {
	word   atomic.Uint64 // share in units of 1/whole above, tokens in units of 1/token below
	earned uint64        // tokens for a success
	most   uint64        // tokens that can be held
	perSec float64       // tokens that come with time
	last   time.Time     // when they came last; under the lock of the account
}

const (
	tokenBits = 40
	tokenMask = 1<<tokenBits - 1
	token     = 1 << 20 // one retry
	whole     = 1 << 23 // all attempts succeed
	mostRetry = 1 << 18 // tokens held at most, whatever the config says
)

func newPulse(b *Budget, at time.Time) *pulse {
	p := &pulse{last: at}
	p.earned = uint64(min(b.ratio, mostRetry) * token)
	p.most = uint64(min(b.reserve, mostRetry) * token)
	p.perSec = float64(p.most) / (slots * b.slot).Seconds()
	p.word.Store(whole<<tokenBits | p.most)
	return p
}

// outcome books how an attempt went.
func (p *pulse) outcome(ok bool) {
	for {
		old := p.word.Load()
		share, tokens := old>>tokenBits, old&tokenMask
		share -= share / memory
		if ok {
			share = min(share+whole/memory, whole)
			tokens = min(tokens+p.earned, max(p.most, tokens))
		}
		if next := share<<tokenBits | tokens; next == old || p.word.CompareAndSwap(old, next) {
			return
		}
	}
}

// independent reports whether failures look independent of each other and of
// the load.
func (p *pulse) independent() bool { return health*(p.word.Load()>>tokenBits) >= whole }

// give adds tokens, take removes one if it is there.
func (p *pulse) give(n uint64) {
	for {
		old := p.word.Load()
		tokens := min(old&tokenMask+n, max(p.most, old&tokenMask))
		if p.word.CompareAndSwap(old, old&^tokenMask|tokens) {
			return
		}
	}
}

func (p *pulse) take() bool {
	for {
		old := p.word.Load()
		if old&tokenMask < token {
			return false
		}
		if p.word.CompareAndSwap(old, old-token) {
			return true
		}
	}
}

// refill gives what has come with time. It is for holders of the lock.
func (p *pulse) refill(at time.Time) {
	if d := at.Sub(p.last); d > 0 {
		p.last = at
		p.give(uint64(min(d.Seconds()*p.perSec, float64(p.most))))
	}
}

// spend allows a retry, for a token or, while failures are independent, for
// nothing.
func (p *pulse) spend(at time.Time) (tick int64, ok bool) {
	p.refill(at)
	if p.independent() {
		return free, true
	}
	return paid, p.take()
}

// What an adaptive budget gives in place of a tick.
const (
	free int64 = -1
	paid int64 = -2
)

// remaining returns how many tokens there are, -1 while none is needed.
func (p *pulse) remaining(at time.Time) int {
	p.refill(at)
	if p.independent() {
		return -1
	}
	return int(p.word.Load() & tokenMask / token) //nolint:gosec // 20 bits
}

// settle tells an adaptive budget how an attempt went. What was not sent, came
// from a recording or was given up by the caller for other reasons than time
// says nothing of the host.
func (a *account) settle(at *transport.Attempt, v transport.Verdict, err error) {
	if a == nil || a.pulse == nil || at.Replayed() {
		return
	}
	switch v {
	case transport.OK, transport.Permanent:
		a.pulse.outcome(true)
	case transport.Retryable, transport.Throttled, transport.Ambiguous:
		a.pulse.outcome(false)
	case transport.Canceled:
		if errors.Is(err, context.DeadlineExceeded) {
			a.pulse.outcome(false)
		}
	case transport.Unjudged, transport.Refused:
	}
}
