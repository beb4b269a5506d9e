package layer

import (
	"context"
	"slices"
)

// Suspend releases what outer layers hold for this attempt, so that nothing is held while an inner
// layer waits. The attempt's goroutine calls it before the request is sent, and must call
// [Attempt.Reacquire] afterwards.
func (a *Attempt) Suspend() {
	if !holdsAny(a) {
		return
	}
	holders := suspend(a)
	if holders == nil {
		return
	}
	a.call.flags.Or(callSuspended)
	for _, s := range slices.Backward(holders) {
		s.Suspend(a)
	}
}

// Reacquire acquires again what Suspend released, innermost first, waiting under ctx if it must.
// After an error nothing is held, and the request must not be sent. The row then says that it was not,
// as after [Reject].
//
// A request that waits here for one layer may hold what layers inside that one gave it, never what
// outer layers did. So requests cannot wait for each other in a circle, and an outer limiter counts
// last, when the request is about to leave.
func (a *Attempt) Reacquire(ctx context.Context) error {
	if !a.is(flagSuspended) {
		return nil
	}
	holders := a.holders()
	first := len(holders) // the index of the outermost that holds and is to be suspended again
	defer func() {        // even if one panics
		for _, s := range holders[first:] {
			s.Suspend(a)
		}
	}()
	for recounted := false; !recounted; {
		for first = len(holders); first > 0; first-- {
			if err := holders[first-1].Reacquire(ctx, a); err != nil {
				markUnsent(a)
				return err
			}
		}
		first = len(holders) // all hold, and recount suspends all if it fails
		recounted = recount(a, holders)
	}
	for _, s := range slices.Backward(a.reacquired(holders)) {
		s.Suspend(a)
	}
	return nil
}

// recounter is a Suspender that counts when the request leaves. If a layer outside it reacquires
// after it, what it has counted may count too early.
type recounter interface {
	// Recount counts again, without waiting. It reports false if it cannot: then nothing is held.
	Recount(a *Attempt) bool
}

// recount has holders count anew if others were reacquired after them. If one cannot, all are
// suspended: waiting for it while they are held could be waiting in a circle.
func recount(a *Attempt, holders []Suspender) bool {
	for i := len(holders) - 1; i > 0; i-- {
		if r, ok := holders[i].(recounter); !ok || r.Recount(a) {
			continue
		}
		for j, s := range slices.Backward(holders) {
			if j != i {
				s.Suspend(a)
			}
		}
		return false
	}
	return true
}

// holdsAny reports whether anything is held for the attempt. For most waiting attempts nothing is.
func holdsAny(a *Attempt) bool {
	if a.is(holdMask) {
		return true
	}
	x := a.extra.Load()
	if x == nil {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.held) > 0
}

// holders returns the suspenders of the attempt, outermost first.
func (a *Attempt) holders() []Suspender {
	var holders []Suspender
	for i := range inline {
		if a.is(flagHold << i) {
			if s, ok := a.hooks[i].(Suspender); ok {
				holders = append(holders, s)
			}
		}
	}
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		for _, h := range x.held {
			holders = append(holders, h.Suspender)
		}
		x.mu.Unlock()
	}
	return holders
}

// suspend begins the suspension. It returns the holders, or nil if it has begun already. A hold may
// move to another attempt meanwhile, with the suspension if that has begun.
func suspend(a *Attempt) []Suspender {
	for {
		f := a.flags.Load()
		if f&flagSuspended != 0 {
			return nil
		}
		holders := a.holders()
		if len(holders) == 0 {
			return nil // the last has just ended
		}
		if a.flags.CompareAndSwap(f, f|flagSuspended) {
			return holders
		}
	}
}

// reacquired ends the suspension. It returns the holders whose hold has ended while they
// reacquired, because a concurrent attempt may have got the response.
func (a *Attempt) reacquired(holders []Suspender) (ended []Suspender) {
	x := a.extra.Load()
	if x != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
	}
	flags := a.flags.And(^flagSuspended)
	for _, s := range holders {
		held := x != nil && slices.ContainsFunc(x.held, func(h hold) bool { return h.Suspender == s })
		for i := range inline {
			held = held || flags&(flagHold<<i) != 0 && a.hooks[i] == BodyEnder(s)
		}
		if !held {
			ended = append(ended, s)
		}
	}
	return ended
}
