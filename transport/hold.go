package transport

import (
	"context"
	"slices"
)

// An Ender is told once that the body of an attempt has ended: at EOF, Close,
// or a read error, possibly in another goroutine than the call's. Its dynamic
// type must be comparable, as a pointer is.
type Ender interface {
	BodyEnd(a *Attempt)
}

// A Parker is an Ender whose hold can be laid down while the attempt waits for
// something else. After Park it holds nothing; Resume takes the hold again,
// waiting if it must, or fails and then holds nothing.
type Parker interface {
	Ender
	Park(a *Attempt)
	Resume(ctx context.Context, a *Attempt) error
}

// Hold registers e with the attempt: it will be told when the body of the
// answer ends. Call it before handing the request on, then either [Attempt.Own]
// the answer or [Attempt.Release] the hold, also on a panic. After the body has
// ended e is told at once. Two holds of an attempt cost nothing.
func (a *Attempt) Hold(e Ender) {
	for {
		f := a.flags.Load()
		if f&flagBodyEnded != 0 {
			e.BodyEnd(a)
			return
		}
		i := 0
		for i < inline && f&(flagHook<<i) != 0 {
			i++
		}
		if i == inline {
			a.holdMore(e)
			return
		}
		a.hooks[i] = e
		if a.flags.CompareAndSwap(f, f|flagHook<<i) {
			return
		}
	}
}

func (a *Attempt) holdMore(e Ender) {
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

// Release ends the hold of e now, as the end of the body would. It does
// nothing if e holds no longer.
func (a *Attempt) Release(e Ender) {
	if a.drop(e) && !a.is(flagParked) {
		e.BodyEnd(a)
	}
}

// drop takes e off the attempt and reports whether it was there.
func (a *Attempt) drop(e Ender) bool {
	for i := range inline {
		bit := flagHook << i
		if a.is(bit) && a.hooks[i] == e {
			old := a.flags.And(^bit)
			return old&bit != 0 && old&flagBodyEnded == 0
		}
	}
	x := a.extra.Load()
	if x == nil {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, o := range x.over {
		if o == e {
			x.over = slices.Delete(x.over, i, i+1)
			return true
		}
	}
	return false
}

// held lists the parkers of the attempt, the latest first.
func (a *Attempt) held() []Parker {
	var ps []Parker
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		for _, e := range slices.Backward(x.over) {
			if p, ok := e.(Parker); ok {
				ps = append(ps, p)
			}
		}
		x.mu.Unlock()
	}
	for i := inline - 1; i >= 0; i-- {
		if a.is(flagHook << i) {
			if p, ok := a.hooks[i].(Parker); ok {
				ps = append(ps, p)
			}
		}
	}
	return ps
}

// Park lays down what layers further out hold for this attempt, so that
// nothing is held during a wait further in. It is for the attempt's goroutine,
// before the request is sent, and must be followed by [Attempt.Resume].
func (a *Attempt) Park() {
	if a.flags.Or(flagParked)&flagParked != 0 {
		return
	}
	for _, p := range a.held() {
		p.Park(a)
	}
}

// Resume takes up again what Park laid down, outermost first, waiting under
// ctx if it must. On an error nothing is held any more, and the request must
// not be sent.
func (a *Attempt) Resume(ctx context.Context) error {
	if !a.is(flagParked) {
		return nil
	}
	ps := a.held()
	for i, p := range slices.Backward(ps) {
		if err := p.Resume(ctx, a); err != nil {
			for j, p := range ps {
				a.drop(p)
				if j > i { // resumed already
					p.BodyEnd(a)
				}
			}
			a.flags.And(^flagParked)
			return err
		}
	}
	a.flags.And(^flagParked)
	return nil
}
