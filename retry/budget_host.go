package retry

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// windowSlots is how many slots of time a window has.
const windowSlots = 10

// hostBudget is the budget of one host: its calls and retries per slot of time.
// Calls are counted without a lock, since every call is.
type hostBudget struct {
	budget *Budget
	health *hostHealth // nil if the budget is not adaptive
	epoch  time.Time
	// mu guards the spending, so that no retry is allowed twice: retries are added
	// to the ring under it, and tokens to health as time goes by.
	mu sync.Mutex
	// One slot more than a window: retries are looked for a little further back
	// than calls, which keeps the bound in any window, however it falls.
	ring [windowSlots + 1]atomic.Uint64
}

func newHostBudget(b *Budget, at time.Time) *hostBudget {
	h := &hostBudget{budget: b, epoch: at}
	if b.adaptive {
		h.health = newHostHealth(b, at)
	}
	return h
}

// hostKey folds the case of a host and bounds its length.
func hostKey(host string) string { return strings.ToLower(host[:min(len(host), maxHost)]) }

// tick numbers the slots of time since the budget of the host began.
func (h *hostBudget) tick(at time.Time) int64 {
	return int64(max(at.Sub(h.epoch), 0) / h.budget.slot)
}

// A cell of the ring packs the tick it belongs to, calls and retries.
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

// add changes the counts of a slot; what is older than the slot's place in the
// ring is too late to count.
func (h *hostBudget) add(tick int64, calls, retries int) {
	cell := &h.ring[tick%(windowSlots+1)]
	for {
		old := cell.Load()
		t, c, r := unpack(old)
		if t != tick&tickMask {
			if age(tick, t) < 0 {
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

func count(n uint64, by int) uint64 {
	return uint64(min(max(int64(n)+int64(by), 0), countMax)) //nolint:gosec // 20 bits
}

// age returns how many windowSlots t lies before now, both modulo the width of a tick.
func age(now, t int64) int64 {
	d := (now - t) & tickMask
	if d > tickMask/2 {
		d -= tickMask + 1
	}
	return d
}

// leftLocked returns how many retries are allowed at the tick.
func (h *hostBudget) leftLocked(now int64) int {
	var calls, retries uint64
	for i := range h.ring {
		t, c, r := unpack(h.ring[i].Load())
		switch d := age(now, t); {
		case d < 0 || d > windowSlots:
		case d < windowSlots:
			calls += c
			retries += r
		default:
			retries += r
		}
	}
	// The epsilon keeps 10 x 0.1 from being less than 1.
	return int(h.budget.reserve+h.budget.ratio*float64(calls)+1e-9) - int(retries) //nolint:gosec // 24 bits
}

// earn counts a call.
func (h *hostBudget) earn(tick int64) {
	switch {
	case h.health == nil:
		h.add(tick, 1, 0)
	case h.health.used.Load() != tick:
		h.health.used.Store(tick)
	}
}

// spend takes a retry from the budget, if it holds one, and returns what a refund
// needs. A nil hostBudget holds any number.
func (h *hostBudget) spend(at time.Time) (tick int64, ok bool) {
	if h == nil {
		return 0, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health != nil {
		return h.health.spendLocked(at)
	}
	tick = h.tick(at)
	if h.leftLocked(tick) < 1 {
		return 0, false
	}
	h.add(tick, 0, 1)
	return tick, true
}

// refund gives back a retry that was not sent.
func (h *hostBudget) refund(tick int64) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case tick == paidRetry:
		h.health.give(oneToken)
	case tick != freeRetry:
		h.add(tick, 0, -1)
	}
}

// idle reports whether nothing of what was counted matters any more.
func (h *hostBudget) idle(at time.Time) bool {
	now := h.tick(at)
	if h.health != nil {
		return now-h.health.used.Load() > windowSlots
	}
	for i := range h.ring {
		t, c, r := unpack(h.ring[i].Load())
		if d := age(now, t); c+r > 0 && d <= windowSlots {
			return false
		}
	}
	return true
}
