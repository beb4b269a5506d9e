package retry

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// windowSlots is the number of slots of time in a window.
const windowSlots = 10

// hostBudget is the budget of one host: the number of calls and retries in each slot of time, or
// the health of the host if the budget is adaptive.
type hostBudget struct {
	budget *Budget
	health *hostHealth // nil unless the budget is adaptive
	epoch  time.Time   // the beginning of slot 0

	dropped atomic.Bool // its place in the budget was given to another host

	// mu makes checking and spending a retry one step, so that no retry is allowed twice. It guards
	// health.refilled. Calls are counted without it, since every call is counted.
	mu sync.Mutex
	// ring has one slot more than a window. Retries count for one slot longer than calls, so that
	// the bound holds in any window, wherever it begins.
	ring   [windowSlots + 1]atomic.Uint64
	latest atomic.Int64 // the latest tick in ring, which has ticks only modulo their width
}

func newHostBudget(b *Budget, at time.Time) *hostBudget {
	h := &hostBudget{budget: b, epoch: at}
	if b.adaptive {
		h.health = newHostHealth(b, at)
	}
	return h
}

// hostKey returns a host in lower case, with its length bounded.
func hostKey(host string) string { return ascii.Lower(host[:min(len(host), maxHostLength)]) }

// tick returns the number of the slot that contains an instant.
func (h *hostBudget) tick(at time.Time) int64 {
	return int64(max(at.Sub(h.epoch), 0) / h.budget.slot)
}

// A cell of the ring packs its tick, calls and retries into one word, so that they change together.
const (
	countBits = 20
	countMax  = 1<<countBits - 1
	tickBits  = 64 - 2*countBits
	tickMask  = 1<<tickBits - 1
)

func pack(tick int64, calls, retries uint64) uint64 {
	return uint64(tick&tickMask)<<(2*countBits) | calls<<countBits | retries //nolint:gosec // masked
}

func unpack(cell uint64) (tick int64, calls, retries uint64) {
	return int64(cell >> (2 * countBits)), cell >> countBits & countMax, cell & countMax //nolint:gosec // 24 bits
}

// add changes the counts of a tick. It does nothing if a later tick has taken its cell.
func (h *hostBudget) add(tick int64, calls, retries int) {
	later := h.reach(tick) - tick
	if later > windowSlots {
		return
	}
	cell := &h.ring[tick%(windowSlots+1)]
	for {
		old := cell.Load()
		t, c, r := unpack(old)
		if t != tick&tickMask {
			if age(t, tick) <= later { // otherwise it is from before, however long ago
				return
			}
			c, r = 0, 0
		}
		next := pack(tick, count(c, calls), count(r, retries))
		if next == old || cell.CompareAndSwap(old, next) {
			return
		}
	}
}

// reach makes a tick the latest one, unless a later one is. It returns the latest.
func (h *hostBudget) reach(tick int64) int64 {
	for {
		last := h.latest.Load()
		if tick <= last || h.latest.CompareAndSwap(last, tick) {
			return max(tick, last)
		}
	}
}

// count adds by to n within the bounds of a count.
func count(n uint64, by int) uint64 {
	return uint64(min(max(int64(n)+int64(by), 0), countMax)) //nolint:gosec // 20 bits
}

// age returns how many slots t is before now, modulo the width of a tick.
func age(now, t int64) int64 { return (now - t) & tickMask }

// leftLocked returns how many retries are allowed at the tick. It is negative if more were spent
// than the calls of the window now earn.
func (h *hostBudget) leftLocked(now int64) int {
	var calls, retries uint64
	for i := range h.ring {
		t, c, r := unpack(h.ring[i].Load())
		switch d := age(now, t); {
		case d > windowSlots:
		case d < windowSlots:
			calls += c
			retries += r
		default:
			retries += r
		}
	}
	// Without the epsilon, 10 x 0.1 would be less than 1.
	return whole(h.budget.reserve+h.budget.ratio*float64(calls)+1e-9) - int(retries) //nolint:gosec // 24 bits
}

// whole returns retries rounded down. A Reserve or a Ratio may allow more than fits into an int,
// and more than a window counts.
func whole(retries float64) int { return int(min(retries, math.MaxInt32)) }

// recordCall counts a call.
func (h *hostBudget) recordCall(at time.Time) {
	if h.health == nil {
		h.add(h.tick(at), 1, 0)
		return
	}
	h.health.use(at.Sub(h.epoch), h.budget.slot)
}

// A spending is what a refund needs to know about a retry: the tick that it was counted in, or how
// an adaptive budget allowed it.
type spending int64

// An adaptive budget has no ticks.
const (
	spentNothing  spending = -1 // failures are independent: the retry is free
	spentOneToken spending = -2
)

// spend takes a retry from the budget of the host if one is left. A nil hostBudget allows any
// number.
func (h *hostBudget) spend(at time.Time) (s spending, ok bool) {
	if h == nil {
		return spentNothing, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health != nil {
		return h.health.spendLocked(at)
	}
	tick := h.tick(at)
	if h.leftLocked(tick) < 1 {
		return 0, false
	}
	h.add(tick, 0, 1)
	return spending(tick), true
}

// refund returns a retry that was not sent to the budget.
func (h *hostBudget) refund(s spending) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch s {
	case spentNothing:
	case spentOneToken:
		h.health.give(oneToken)
	default:
		h.add(int64(s), 0, -1)
	}
}

// sparesQuotas reports whether a retry after the response is free. An adaptive budget bounds
// retries during an outage, and a server that names a quota has none.
func (h *hostBudget) sparesQuotas(o Outcome) bool {
	return h != nil && h.health != nil && o.Response != nil && quota(o.Verdict, o.Response.StatusCode)
}

// quota reports whether an outcome says that a quota is used up for now, rather than that the
// server fails.
func quota(v verdict.Verdict, status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusForbidden && v == verdict.Throttled
}

// remaining returns how many retries would be allowed, or -1 for any number.
func (h *hostBudget) remaining(at time.Time) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health != nil {
		return h.health.remainingLocked(at)
	}
	return max(h.leftLocked(h.tick(at)), 0)
}

// idle reports whether none of what was counted matters any more.
func (h *hostBudget) idle(at time.Time) bool {
	if h.health != nil {
		return at.Sub(h.epoch)-time.Duration(h.health.used.Load()) > (windowSlots+1)*h.budget.slot
	}
	return h.tick(at)-h.latest.Load() > windowSlots
}

// recordOutcome records how an attempt went in an adaptive budget. An attempt that was not sent,
// was replayed from a tape or was canceled by the caller, other than by a deadline, says nothing
// about the health of the host. Neither does a 429, since a quota is not an outage, nor a 409 that
// may be about an attempt of the same call.
func (h *hostBudget) recordOutcome(at *layer.Attempt, v verdict.Verdict, err error) {
	if h == nil || h.health == nil || v == verdict.OK && h.health.well() {
		return
	}
	if at.Replayed() || quota(v, at.Status()) {
		return
	}
	switch v {
	case verdict.OK, verdict.Permanent:
		h.health.record(true)
	case verdict.Retryable, verdict.Throttled, verdict.Ambiguous:
		h.health.record(false)
	case verdict.Canceled:
		if errors.Is(err, context.DeadlineExceeded) || ctxerr.TimedOut(at.Call().Request().Context()) {
			h.health.record(false)
		}
	case verdict.Unjudged, verdict.Rejected:
	}
}
