package retry

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// slots is how many parts a window has.
const slots = 10

// account is the books of one host: calls and retries per slot of time.
// Calls are booked without a lock, since every call is; retries under one, so
// that none is allowed twice.
type account struct {
	budget *Budget
	pulse  *pulse // of an adaptive budget
	epoch  time.Time
	mu     sync.Mutex
	// One slot more than a window: retries are looked for a little further back
	// than calls, which keeps the bound in any window, however it falls.
	ring [slots + 1]atomic.Uint64
}

func newAccount(b *Budget, at time.Time) *account {
	a := &account{budget: b, epoch: at}
	if b.adaptive {
		a.pulse = newPulse(b, at)
	}
	return a
}

// key folds the case of a host and bounds its length.
func key(host string) string { return strings.ToLower(host[:min(len(host), maxHost)]) }

// tick numbers the slots of time since the account was opened.
func (a *account) tick(at time.Time) int64 {
	return int64(max(at.Sub(a.epoch), 0) / a.budget.slot)
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
func (a *account) add(tick int64, calls, retries int) {
	cell := &a.ring[tick%(slots+1)]
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

// age returns how many slots t lies before now, both modulo the width of a tick.
func age(now, t int64) int64 {
	d := (now - t) & tickMask
	if d > tickMask/2 {
		d -= tickMask + 1
	}
	return d
}

// left returns how many retries are allowed at the tick. It is for holders of
// the lock.
func (a *account) left(now int64) int {
	var calls, retries uint64
	for i := range a.ring {
		t, c, r := unpack(a.ring[i].Load())
		switch d := age(now, t); {
		case d < 0 || d > slots:
		case d < slots:
			calls += c
			retries += r
		default:
			retries += r
		}
	}
	// The epsilon keeps 10 x 0.1 from being less than 1.
	return int(a.budget.reserve+a.budget.ratio*float64(calls)+1e-9) - int(retries) //nolint:gosec // 24 bits
}

// earn books a call.
func (a *account) earn(tick int64) {
	switch {
	case a.pulse == nil:
		a.add(tick, 1, 0)
	case a.pulse.used.Load() != tick:
		a.pulse.used.Store(tick)
	}
}

// spend takes a retry from the account, if it holds one, and returns what a
// refund needs. A nil account holds any number.
func (a *account) spend(at time.Time) (tick int64, ok bool) {
	if a == nil {
		return 0, true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pulse != nil {
		return a.pulse.spend(at)
	}
	tick = a.tick(at)
	if a.left(tick) < 1 {
		return 0, false
	}
	a.add(tick, 0, 1)
	return tick, true
}

// refund gives back a retry that was not sent.
func (a *account) refund(tick int64) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case tick == paid:
		a.pulse.give(token)
	case tick != free:
		a.add(tick, 0, -1)
	}
}

// idle reports whether nothing in the books counts any more.
func (a *account) idle(at time.Time) bool {
	now := a.tick(at)
	if a.pulse != nil {
		return now-a.pulse.used.Load() > slots
	}
	for i := range a.ring {
		t, c, r := unpack(a.ring[i].Load())
		if d := age(now, t); c+r > 0 && d <= slots {
			return false
		}
	}
	return true
}
