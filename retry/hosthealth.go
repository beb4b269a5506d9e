package retry

import (
	"sync/atomic"
	"time"
)

// The rule of an adaptive budget: each failure adds 1 to a score, and each success subtracts
// successScore, down to 0. From outageScore on, failures are no longer taken to be independent, and
// successes must first outweigh the excess, which is at most scoreBeyond.
const (
	successScore = 3
	outageScore  = 10
	scoreBeyond  = 20
)

// hostHealth is what an adaptive budget knows about a host: the score of its failures and the
// tokens for retries during an outage.
type hostHealth struct {
	state      atomic.Uint64 // the score in the upper bits, the tokens in the lower: every attempt changes both
	used       atomic.Int64  // the time of the latest call, to within a slot, in ns since hostBudget.epoch
	perSuccess uint64        // the tokens that a success earns
	capacity   uint64        // the most tokens that can be held
	perSecond  float64       // the parts of tokens added per second
	refilled   time.Time     // the instant up to which those have been added; guarded by hostBudget.mu
}

// Tokens are counted in fractions, since a success earns a fraction of one.
const (
	tokenBits = 40
	tokenMask = 1<<tokenBits - 1
	oneToken  = 1 << 20 // the price of one retry
	mostToken = 1 << 18 // the most tokens, so that they fit into tokenBits
)

func newHostHealth(b *Budget, at time.Time) *hostHealth {
	h := &hostHealth{refilled: at}
	h.perSuccess = uint64(min(b.ratio, mostToken) * oneToken)
	h.capacity = uint64(min(b.reserve, mostToken) * oneToken)
	h.perSecond = float64(h.capacity) / (windowSlots * b.slot).Seconds()
	h.state.Store(h.capacity)
	return h
}

// use notes the time of a call, once per slot.
func (h *hostHealth) use(at, slot time.Duration) {
	if at-time.Duration(h.used.Load()) >= slot {
		h.used.Store(int64(at))
	}
}

// well reports whether a further success would change nothing.
func (h *hostHealth) well() bool { return h.state.Load() == h.capacity }

// record counts the outcome of an attempt.
func (h *hostHealth) record(success bool) {
	for {
		old := h.state.Load()
		score, tokens := old>>tokenBits, old&tokenMask
		if success {
			score -= min(score, successScore)
			tokens = min(tokens+h.perSuccess, h.capacity)
		} else {
			score = min(score+1, outageScore+scoreBeyond)
		}
		if next := score<<tokenBits | tokens; next == old || h.state.CompareAndSwap(old, next) {
			return
		}
	}
}

// independent reports whether failures look independent of each other and of the load.
func (h *hostHealth) independent() bool { return h.state.Load()>>tokenBits < outageScore }

// give adds fractions of tokens.
func (h *hostHealth) give(parts uint64) {
	for {
		old := h.state.Load()
		tokens := min(old&tokenMask+parts, h.capacity)
		if h.state.CompareAndSwap(old, old&^tokenMask|tokens) {
			return
		}
	}
}

// take removes one token, if there is one.
func (h *hostHealth) take() bool {
	for {
		old := h.state.Load()
		if old&tokenMask < oneToken {
			return false
		}
		if h.state.CompareAndSwap(old, old-oneToken) {
			return true
		}
	}
}

// refillLocked adds the tokens for the time that has passed. What is less than the smallest part of a
// token is added later. hostBudget.mu must be held.
func (h *hostHealth) refillLocked(at time.Time) {
	parts := min(at.Sub(h.refilled).Seconds()*h.perSecond, float64(h.capacity))
	if parts < 1 {
		return
	}
	added := uint64(parts)
	if h.give(added); added == h.capacity {
		h.refilled = at
		return
	}
	h.refilled = h.refilled.Add(time.Duration(float64(added)/h.perSecond*1e9) + 1) // rounded up
}

// spendLocked allows a retry for a token, or for nothing while failures are independent.
// hostBudget.mu must be held.
func (h *hostHealth) spendLocked(at time.Time) (s spending, ok bool) {
	h.refillLocked(at)
	if h.independent() {
		return spentNothing, true
	}
	return spentOneToken, h.take()
}

// remainingLocked returns the number of tokens, or -1 while none is needed. hostBudget.mu must be
// held.
func (h *hostHealth) remainingLocked(at time.Time) int {
	h.refillLocked(at)
	if h.independent() {
		return -1
	}
	return int(h.state.Load() & tokenMask / oneToken) //nolint:gosec // 20 bits
}
