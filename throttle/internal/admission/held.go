package admission

import "github.com/gracy-go/gracy/throttle/internal/pauses"

// Two pauses may hold a request back: the wide one ([Core.Wide]), and the narrow one of its route.
// It queues for one of them at a time. If the other holds it back when it would leave, it is moved
// there.

// widen returns the wide key of a narrow one.
type widen func(pauses.Key) pauses.Key

// pauseKey returns the pause that the demand queues for.
func (d *Demand) pauseKey(wide widen) pauses.Key {
	if d.narrow {
		return d.Pause
	}
	return wide(d.Pause)
}

// heldBack reports whether a pause holds the demand back, and notes which.
func (d *Demand) heldBack(t *pauses.Table, wide widen, now int64) bool {
	all := wide(d.Pause)
	d.narrow = all != d.Pause && t.Current(d.Pause, now) != nil
	return d.narrow || t.Current(all, now) != nil
}

// mustWait reports whether the request of the demand, granted as w, must wait for a pause that
// began meanwhile or that it did not queue for, and notes which.
func (d *Demand) mustWait(w *Waiter, t *pauses.Table, wide widen, now int64) bool {
	if p := w.queue.group.current(); p != nil && !w.pass.Of(p) {
		return true
	}
	all := wide(d.Pause)
	if all == d.Pause {
		return false
	}
	other := d.Pause
	if d.narrow {
		other = all
	}
	// A request that has passed the pause that it queued for need not also be among the first after
	// the other: it could wait for the two in turn forever.
	p := t.Current(other, now)
	if p == nil || !w.pass.None() && now >= p.Until() {
		return false
	}
	d.narrow = !d.narrow
	return true
}
