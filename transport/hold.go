package transport

import (
	"context"
	"net/http"
	"slices"
)

// An Ender is told once that the body of an answer has ended: at EOF, Close,
// or a read error, possibly in another goroutine than the call's. Its dynamic
// type must be comparable, as a pointer is.
type Ender interface {
	BodyEnd(a *Attempt)
}

// A Parker is an Ender that holds something before the answer is there, and
// can lay it down while the attempt waits for something else. After Park it
// holds nothing; Resume takes the hold again, waiting if it must, or fails and
// then still holds nothing.
type Parker interface {
	Ender
	Park(a *Attempt)
	Resume(ctx context.Context, a *Attempt) error
}

// Hold says that p holds something for the attempt from now on, so that waits
// further in can park it. The layer calls it before it hands the request on,
// and then either ties the hold to the answer with [Attempt.Own] or ends it
// with [Attempt.Release], also on a panic. Two holds cost nothing. A retry
// further in takes the hold along to its next attempt.
func (a *Attempt) Hold(p Parker) {
	if i := a.place(); i < inline {
		a.hooks[i] = p
		a.flags.Or(flagHold << i)
		return
	}
	x := a.more()
	x.mu.Lock()
	x.held = append(x.held, p)
	x.mu.Unlock()
}

// Release ends the hold of p now: BodyEnd is called unless p is parked. It does
// nothing if p holds no longer.
func (a *Attempt) Release(p Parker) {
	if row, parked := a.unhold(p); row != nil && !parked {
		p.BodyEnd(row)
	}
}

// Own ties the body of resp to the attempt that it answers: its bytes and its
// end are booked, and each ender is told of the end, once. A layer owns the
// answer on the way back, before anybody else can close it; what it held with
// [Attempt.Hold] it passes here. After the end an ender is told at once, as it
// is where there is no body. Write, CloseWrite and WriteTo stay if the body has
// them.
func (a *Attempt) Own(resp *http.Response, enders ...Ender) {
	row := a.answered(resp)
	row.wrap(resp)
	for _, e := range enders {
		if _, parked := a.unhold(e); parked {
			continue // laid down and never taken up: there is nothing to end
		}
		row.tie(e)
	}
}

// answered is the attempt of the same call that resp answers.
func (a *Attempt) answered(resp *http.Response) *Attempt {
	if w := AttemptOf(resp); w != nil && w.call == a.call {
		return w
	}
	return a
}

// place finds a free inline place.
func (a *Attempt) place() int {
	f := a.flags.Load()
	i := 0
	for i < inline && f&((flagHook|flagHold)<<i) != 0 {
		i++
	}
	return i
}

// tie tells e of the end of the body.
func (a *Attempt) tie(e Ender) {
	for {
		f := a.flags.Load()
		if f&flagBodyEnded != 0 {
			e.BodyEnd(a)
			return
		}
		i := a.place()
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

// unhold takes e off the attempt that carries it, which is a or, after a retry
// further in, a later one. It returns that attempt, nil if there is none, and
// whether e was laid down in that moment: a Resume that is under way sees to e then.
func (a *Attempt) unhold(e Ender) (holder *Attempt, parked bool) {
	for row := a; row != nil; row = row.next.Load() {
		for i := range inline {
			if bit := flagHold << i; row.is(bit) && row.hooks[i] == e {
				return row, row.flags.And(^bit)&flagParked != 0
			}
		}
		x := row.extra.Load()
		if x == nil {
			continue
		}
		x.mu.Lock()
		i := slices.IndexFunc(x.held, func(p Parker) bool { return p == e })
		if i >= 0 {
			x.held = slices.Delete(x.held, i, i+1)
			parked = row.is(flagParked)
		}
		x.mu.Unlock()
		if i >= 0 {
			return row, parked
		}
	}
	return nil, false
}

// inherit takes over what layers further out hold for the attempt before, or
// have laid down.
func (a *Attempt) inherit(before *Attempt) {
	a.flags.Or(before.flags.And(^flagParked) & flagParked)
	for i := range inline {
		if bit := flagHold << i; before.flags.And(^bit)&bit != 0 {
			a.hooks[i] = before.hooks[i]
			a.flags.Or(bit)
		}
	}
	if x := before.extra.Load(); x != nil {
		x.mu.Lock()
		held := x.held
		x.held = nil
		x.mu.Unlock()
		if len(held) > 0 {
			a.more().held = held
		}
	}
}

// holders lists who holds something, outermost first.
func (a *Attempt) holders() []Parker {
	var ps []Parker
	for i := range inline {
		if a.is(flagHold << i) {
			if p, ok := a.hooks[i].(Parker); ok {
				ps = append(ps, p)
			}
		}
	}
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		ps = append(ps, x.held...)
		x.mu.Unlock()
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
	a.call.flags.Or(callParked)
	for _, p := range slices.Backward(a.holders()) {
		p.Park(a)
	}
}

// Resume takes up again what Park laid down, innermost first, waiting under
// ctx if it must. On an error everything is laid down again, and the request
// must not be sent.
//
// Who waits in here may hold what is further in, never what is further out. So
// nobody waits in a circle, and what a limiter further out counts is counted
// last, when the request is about to go.
func (a *Attempt) Resume(ctx context.Context) error {
	if !a.is(flagParked) {
		return nil
	}
	ps := a.holders()
	for i, p := range slices.Backward(ps) {
		if err := p.Resume(ctx, a); err != nil {
			for _, p := range ps[i+1:] {
				p.Park(a)
			}
			return err
		}
	}
	for _, p := range slices.Backward(a.resumed(ps)) {
		p.Park(a)
	}
	return nil
}

// resumed ends the parking and returns those of ps that are held no longer: of an
// attempt that runs beside others, one may have been answered meanwhile.
func (a *Attempt) resumed(ps []Parker) (gone []Parker) {
	x := a.extra.Load()
	if x != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
	}
	flags := a.flags.And(^flagParked)
	for _, p := range ps {
		held := x != nil && slices.Contains(x.held, p)
		for i := range inline {
			held = held || flags&(flagHold<<i) != 0 && a.hooks[i] == Ender(p)
		}
		if !held {
			gone = append(gone, p)
		}
	}
	return gone
}
