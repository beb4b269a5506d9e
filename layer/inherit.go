package layer

import "slices"

// hold is a hold beyond the inline ones.
type hold struct {
	Suspender
	number uint32 // that of the attempt for which it was registered
}

// holds are what an attempt has at some moment.
type holds struct {
	inline  uint32 // the flags of the inline holds
	further int    // the number of the others
}

const holdMask = (1<<inline - 1) * flagHold

// heldFor returns what is held for a now.
func heldFor(a *Attempt) holds {
	h := holds{inline: a.flags.Load() & holdMask}
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		h.further = len(x.held)
		x.mu.Unlock()
	}
	return h
}

// leaveBehind records that a foreign layer has returned while the request of a is inside it, as that of a
// hedge that has lost. outer was held when the foreign layer was called, so that is what the next
// attempt takes over. The rest stays with the request, also what it gets from now on.
func leaveBehind(a *Attempt, outer holds) {
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		x.outer = outer.further
		x.mu.Unlock()
	}
	for {
		f := a.flags.Load()
		if a.flags.CompareAndSwap(f, f&^(holdMask<<inline)|outer.inline<<inline|flagLeftBehind) {
			return
		}
	}
}

// inherit moves what is held for the attempt before to a, suspended or not. If a foreign layer has left
// the request of before behind, that is what outer layers hold, or, if lost, the rest: then a is for the
// request that was left behind.
//
// A hold may end or be reacquired meanwhile if before ran beside another attempt. So it is put on a before
// it is taken off before, and taken off a again if it ended there. Whether it is suspended is known when it
// is taken off: a reacquire finds it on before until then, and afterwards finds that it is gone.
func (a *Attempt) inherit(before *Attempt, lost bool) {
	if a.number != before.number+1 { // otherwise the numbers say it, without an attemptExtra
		a.more().after = before
	}
	var moved, left []hold
	x := before.extra.Load()
	if x != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
		moved = x.held
		switch behind := before.is(flagLeftBehind); {
		case behind && lost:
			left, moved = x.held[:x.outer:x.outer], x.held[x.outer:]
		case behind:
			moved, left = x.held[:x.outer], x.held[x.outer:]
		}
		if len(moved) > 0 {
			y := a.more()
			y.mu.Lock()
			y.held = slices.Clone(moved)
			y.mu.Unlock()
		}
	}
	if lost {
		a.flags.Or(flagStray)
	}
	a.flags.Or(flagFollows)
	for {
		f := before.flags.Load()
		taken := f & holdMask
		switch outer := f >> inline; {
		case f&flagLeftBehind == 0:
		case lost:
			taken &^= outer
		default:
			taken &= outer
		}
		copyHolds(a, before, taken)
		gained, gone := taken, taken|taken<<inline
		if taken != 0 || len(moved) > 0 {
			gained |= f & flagSuspended
		}
		if f&holdMask == taken && len(left) == 0 {
			gone |= flagSuspended
		}
		a.flags.Or(gained)
		if before.flags.CompareAndSwap(f, f&^gone|flagFollowed) {
			break
		}
		a.flags.And(^gained)
	}
	if x != nil {
		if x.held = left; !lost {
			x.outer = 0
		}
	}
}

// copyHolds copies the inline holds of before whose flags are taken to where a will have them.
func copyHolds(a, before *Attempt, taken uint32) {
	for i := range inline {
		if taken&(flagHold<<i) == 0 || a.hooks[i] == before.hooks[i] {
			continue
		}
		a.hooks[i] = before.hooks[i]
		a.more().from[i].Store(registeredFor(before, i))
	}
}

// registeredFor returns the number of the attempt for which the inline hold i of a was registered.
func registeredFor(a *Attempt, i int) uint32 {
	if x := a.extra.Load(); x != nil {
		if number := x.from[i].Load(); number != 0 {
			return number
		}
	}
	return a.number
}

// latest returns the attempt that now has the holds of a, possibly after several moves. It returns
// a if none has.
func latest(a *Attempt) *Attempt {
	for row := a.next.Load(); row != nil && a.is(flagFollowed); row = row.next.Load() {
		if follows(row, a) {
			a = row
		}
	}
	return a
}

// inside is latest for a request that may be inside a foreign layer that has returned. Then two attempts
// may follow its own: the next one of an outer layer, and, if it is lost, its own next one.
func inside(a *Attempt, lost bool) *Attempt {
	for row := a.next.Load(); row != nil && a.is(flagFollowed); row = row.next.Load() {
		if behind := a.is(flagLeftBehind); behind && !lost || !follows(row, a) || behind && !row.is(flagStray) {
			continue
		}
		a = row
	}
	return a
}

// follows reports whether a has taken over the holds of before.
func follows(a, before *Attempt) bool {
	if !a.is(flagFollows) {
		return false
	}
	if x := a.extra.Load(); x != nil && x.after != nil {
		return x.after == before
	}
	return a.number == before.number+1
}
