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
	successWeight = 3
	scoreLimit    = 10
	scoreBeyond   = 20
)

// hostHealth is what an adaptive budget knows of a host: the score and the tokens.
// One word holds both, since every attempt changes them.
type hostHealth struct {
	word   atomic.Uint64 // the score in the upper bits, parts of tokens in the lower ones
	used   atomic.Int64  // the tick of the latest call
	earned uint64        // how much a success earns
	most   uint64        // how much can be held
	perSec float64       // how much comes in a second
	last   time.Time     // when that came last; guarded by hostBudget.mu
}

const (
	tokenBits = 40
	tokenMask = 1<<tokenBits - 1
	oneToken  = 1 << 20 // the parts of a token, which is worth one retry
	maxTokens = 1 << 18 // tokens held at most, whatever the config says
)

func newHostHealth(b *Budget, at time.Time) *hostHealth {
	h := &hostHealth{last: at}
	h.earned = uint64(min(b.ratio, maxTokens) * oneToken)
	h.most = uint64(min(b.reserve, maxTokens) * oneToken)
	h.perSec = float64(h.most) / (windowSlots * b.slot).Seconds()
	h.word.Store(h.most)
	return h
}

// outcome counts how an attempt went.
func (h *hostHealth) outcome(ok bool) {
	for {
		old := h.word.Load()
		score, tokens := old>>tokenBits, old&tokenMask
		if ok {
			score -= min(score, successWeight)
			tokens = min(tokens+h.earned, h.most)
		} else {
			score = min(score+1, scoreLimit+scoreBeyond)
		}
		if next := score<<tokenBits | tokens; next == old || h.word.CompareAndSwap(old, next) {
			return
		}
	}
}

// independent reports whether failures look independent of each other and of
// the load.
func (h *hostHealth) independent() bool { return h.word.Load()>>tokenBits < scoreLimit }

// give adds tokens, take removes one if it is there.
func (h *hostHealth) give(n uint64) {
	for {
		old := h.word.Load()
		tokens := min(old&tokenMask+n, h.most)
		if h.word.CompareAndSwap(old, old&^tokenMask|tokens) {
			return
		}
	}
}

func (h *hostHealth) take() bool {
	for {
		old := h.word.Load()
		if old&tokenMask < oneToken {
			return false
		}
		if h.word.CompareAndSwap(old, old-oneToken) {
			return true
		}
	}
}

// refillLocked gives what has come with time. hostBudget.mu must be held.
func (h *hostHealth) refillLocked(at time.Time) {
	if d := at.Sub(h.last); d > 0 {
		h.last = at
		h.give(uint64(min(d.Seconds()*h.perSec, float64(h.most))))
	}
}

// spendLocked allows a retry, for a token or, while failures are independent, for
// nothing. hostBudget.mu must be held.
func (h *hostHealth) spendLocked(at time.Time) (tick int64, ok bool) {
	h.refillLocked(at)
	if h.independent() {
		return freeRetry, true
	}
	return paidRetry, h.take()
}

// What an adaptive budget gives in place of a tick.
const (
	freeRetry int64 = -1
	paidRetry int64 = -2
)

// remainingLocked returns how many tokens there are, -1 while none is needed.
// hostBudget.mu must be held.
func (h *hostHealth) remainingLocked(at time.Time) int {
	h.refillLocked(at)
	if h.independent() {
		return -1
	}
	return int(h.word.Load() & tokenMask / oneToken) //nolint:gosec // 20 bits
}

// record counts how an attempt went, in an adaptive budget. What was not sent, came
// from a recording or was given up by the caller for other reasons than time
// says nothing of the host.
func (h *hostBudget) record(at *layer.Attempt, v verdict.Verdict, err error) {
	if h == nil || h.health == nil || at.Replayed() {
		return
	}
	switch v {
	case verdict.OK, verdict.Permanent:
		h.health.outcome(true)
	case verdict.Retryable, verdict.Throttled, verdict.Ambiguous:
		h.health.outcome(false)
	case verdict.Canceled:
		if errors.Is(err, context.DeadlineExceeded) {
			h.health.outcome(false)
		}
	case verdict.Unjudged, verdict.Rejected:
	}
}
