package retry

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The rule of an adaptive budget: each failure adds 1 to a score that does not
// fall below 0, each success takes weight away. At the limit failures are no
// longer taken to be independent; what goes beyond the limit has to be outweighed
// first.
const (
	weight = 3
	limit  = 10
	beyond = 20
)

// pulse is what an adaptive budget knows of a host: the score and the tokens. One
// word holds both, since every attempt changes them.
type pulse struct {
	word   atomic.Uint64 // the score above, tokens in parts below
	used   atomic.Int64  // the tick of the latest call
	earned uint64        // tokens for a success
	most   uint64        // tokens that can be held
	perSec float64       // tokens that come with time
	last   time.Time     // when they came last; under the lock of the account
}

const (
	tokenBits = 40
	tokenMask = 1<<tokenBits - 1
	token     = 1 << 20 // one retry
	mostRetry = 1 << 18 // tokens held at most, whatever the config says
)

func newPulse(b *Budget, at time.Time) *pulse {
	p := &pulse{last: at}
	p.earned = uint64(min(b.ratio, mostRetry) * token)
	p.most = uint64(min(b.reserve, mostRetry) * token)
	p.perSec = float64(p.most) / (slots * b.slot).Seconds()
	p.word.Store(p.most)
	return p
}

// outcome books how an attempt went.
func (p *pulse) outcome(ok bool) {
	for {
		old := p.word.Load()
		score, tokens := old>>tokenBits, old&tokenMask
		if ok {
			score -= min(score, weight)
			tokens = min(tokens+p.earned, p.most)
		} else {
			score = min(score+1, limit+beyond)
		}
		if next := score<<tokenBits | tokens; next == old || p.word.CompareAndSwap(old, next) {
			return
		}
	}
}

// independent reports whether failures look independent of each other and of
// the load.
func (p *pulse) independent() bool { return p.word.Load()>>tokenBits < limit }

// give adds tokens, take removes one if it is there.
func (p *pulse) give(n uint64) {
	for {
		old := p.word.Load()
		tokens := min(old&tokenMask+n, p.most)
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
func (a *account) settle(at *layer.Attempt, v verdict.Verdict, err error) {
	if a == nil || a.pulse == nil || at.Replayed() {
		return
	}
	switch v {
	case verdict.OK, verdict.Permanent:
		a.pulse.outcome(true)
	case verdict.Retryable, verdict.Throttled, verdict.Ambiguous:
		a.pulse.outcome(false)
	case verdict.Canceled:
		if errors.Is(err, context.DeadlineExceeded) {
			a.pulse.outcome(false)
		}
	case verdict.Unjudged, verdict.Rejected:
	}
}
