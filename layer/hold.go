package layer

import (
	"context"
	"net/http"
	"slices"
)

// A BodyEnder is called once when a response body has ended: at EOF, by Close, or with a read
// error. That may be in another goroutine than the call's. Its dynamic type must be comparable, as
// a pointer is.
type BodyEnder interface {
	BodyEnd(a *Attempt)
}

// A Suspender is a BodyEnder that acquires something before the response is there, and can release
// it while the attempt waits for something else. After Suspend it holds nothing. Reacquire acquires
// it again, waiting if it must. If it fails it still holds nothing.
type Suspender interface {
	BodyEnder
	Suspend(a *Attempt)
	Reacquire(ctx context.Context, a *Attempt) error
}

// Hold registers that s holds something for the attempt from now on, so that it can be suspended
// during the waits of inner layers. The layer calls it before it hands the request on. Then it
// either ties the hold to the response with [Attempt.Own] or ends it with [Attempt.Release], also
// on a panic. The first two holds cost nothing. An inner retry moves the hold to its next attempt.
func (a *Attempt) Hold(s Suspender) {
	f := a.flags.Load()
	if i := freeHook(f); i < inline {
		if x := a.extra.Load(); x != nil {
			x.from[i].Store(0)
		}
		a.hooks[i] = s
		a.flags.Or(flagHold << i)
		return
	}
	x := a.more()
	x.mu.Lock()
	x.held = append(x.held, hold{s, a.number})
	x.mu.Unlock()
}

// Release ends the hold of s now. It calls BodyEnd unless s is suspended. It does nothing if s no
// longer holds anything.
func (a *Attempt) Release(s Suspender) {
	if holder, suspended := a.endHold(s); holder != nil && !suspended {
		s.BodyEnd(holder)
	}
}

// Own ties the body of resp to the attempt that received it: its bytes and its end are recorded,
// and each ender is called once, at the end. A layer calls Own on the way back, before any other
// code can close the body, and passes what it held with [Attempt.Hold]. If the body has ended
// already, or there is none, an ender is called at once. The methods Write, CloseWrite and WriteTo
// are kept if the body has them.
func (a *Attempt) Own(resp *http.Response, enders ...BodyEnder) {
	owner := a.For(resp)
	if !owner.is(flagOwned) {
		owner.wrap(resp)
	}
	for _, e := range enders {
		if owner != a || !tie(a, e) {
			passOn(a, owner, e)
		}
	}
}

// passOn ties e to owner, the attempt that received the response, whatever it holds for a.
func passOn(a, owner *Attempt, e BodyEnder) {
	if t, ok := e.(*tied); ok {
		owner.ties.add(owner, t)
		return
	}
	if _, suspended := a.endHold(e); !suspended { // else it holds nothing, so there is nothing to end
		owner.atBodyEnd(e)
	}
}

// tie makes e a hook in one step, which also ends its hold if it holds something for a, and
// reports whether it did. It does not handle rare cases: further attempts, a suspension, a body
// that has ended, no free place, an ender with a link of its own.
func tie(a *Attempt, e BodyEnder) bool {
	if _, ok := e.(*tied); ok {
		return false
	}
	f := a.flags.Load()
	if f&(flagSuspended|flagBodyEnded) != 0 || a.call.further.Load() != 0 {
		return false
	}
	switch {
	case f&flagHold != 0 && a.hooks[0] == e:
		return a.flags.CompareAndSwap(f, f&^flagHold|flagHook)
	case f&(flagHold<<1) != 0 && a.hooks[1] == e:
		return a.flags.CompareAndSwap(f, f&^(flagHold<<1)|flagHook<<1)
	case a.extra.Load() != nil: // e may be among its holds
	case f&(flagHook|flagHold) == 0:
		a.hooks[0] = e
		return a.flags.CompareAndSwap(f, f|flagHook)
	case f&((flagHook|flagHold)<<1) == 0:
		a.hooks[1] = e
		return a.flags.CompareAndSwap(f, f|flagHook<<1)
	}
	return false
}

// freeHook returns the index of the first inline hook that is free in the flags f of an attempt, or
// inline.
func freeHook(f uint32) int {
	i := 0
	for i < inline && f&((flagHook|flagHold)<<i) != 0 {
		i++
	}
	return i
}

// atBodyEnd registers e for the end of the body.
func (a *Attempt) atBodyEnd(e BodyEnder) {
	for {
		f := a.flags.Load()
		if f&flagBodyEnded != 0 {
			e.BodyEnd(a)
			return
		}
		i := freeHook(f)
		if i == inline {
			break
		}
		a.hooks[i] = e
		if a.flags.CompareAndSwap(f, f|flagHook<<i) {
			return
		}
	}
	x := a.more()
	x.mu.Lock()
	if a.is(flagBodyEnded) {
		x.mu.Unlock()
		e.BodyEnd(a)
		return
	}
	x.over = append(x.over, e)
	x.mu.Unlock()
}

// endHold removes e from the attempt that it is registered with, which is a or, after an inner
// retry, a later one. It returns that attempt, or nil, and whether e was suspended at that
// moment. If a Reacquire is under way then, that suspends e again once it is done: see
// reacquired.
//
// Several attempts may hold what is equal to e, such as a slot of one limit. So it ends what was
// registered for a, and only if there is nothing, what a has taken over.
func (a *Attempt) endHold(e BodyEnder) (holder *Attempt, suspended bool) {
	for row := a; row != nil; row = row.next.Load() {
		if row != a && !row.is(flagFollows) {
			continue
		}
		if ended, suspended := endOf(row, a.number, e); ended {
			return row, suspended
		}
	}
	if a.is(flagFollows) {
		if ended, suspended := endOf(a, 0, e); ended {
			return a, suspended
		}
	}
	return nil, false
}

// endOf ends the hold of e that a has and that was registered for the attempt of a number, or for any
// if that is 0. It reads no hook that was registered for another attempt: a may run beside that one,
// in another goroutine that sets its hooks.
func endOf(a *Attempt, number uint32, e BodyEnder) (ended, suspended bool) {
	for i := range inline {
		bit := flagHold << i
		if !a.is(bit) || number != 0 && registeredFor(a, i) != number || a.hooks[i] != e {
			continue
		}
		if f := a.flags.And(^(bit | flagOuter<<i)); f&bit != 0 {
			return true, f&flagSuspended != 0
		} // the hold has moved on
	}
	x := a.extra.Load()
	if x == nil {
		return false, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.held, func(h hold) bool {
		return h.Suspender == e && (number == 0 || h.number == number)
	})
	if i < 0 {
		return false, false
	}
	x.held = slices.Delete(x.held, i, i+1)
	if i < x.outer {
		x.outer--
	}
	return true, a.is(flagSuspended)
}
