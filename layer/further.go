package layer

import (
	"context"
	"time"
)

// NextAttempt begins a further attempt and its row. With the cause [Retry] it becomes the current
// one, and the one before must have ended. A concurrent attempt sends its request with the context
// of [Attempt.Context].
func (c *Call) NextAttempt(cause Cause) *Attempt {
	a := appendRow(c, cause)
	if cause == Retry {
		before := c.Attempt()
		takeOver(a, before, false)
		advance(before, a)
	}
	return a
}

// advance makes to the current attempt if from is, and if the call has not returned. A request that
// has lost to another one may still be retried, and that is not the outcome of the call.
func advance(from, to *Attempt) {
	c := to.call
	if c.returned() {
		return
	}
	advanced := from == &c.first && c.current.CompareAndSwap(nil, to) || c.current.CompareAndSwap(from, to)
	if advanced && c.returned() { // meanwhile
		c.current.CompareAndSwap(to, from)
	}
}

// replaced returns the attempt whose outcome is that of a. If a has not ended, a hedge inside the
// layer that makes the next attempt has returned the outcome of another one.
func replaced(a *Attempt) *Attempt {
	outcome := a
	for row := a.next.Load(); row != nil && !a.is(flagEnding); row = row.next.Load() {
		if row.is(flagEnding) {
			outcome = row
		}
	}
	return outcome
}

// Follow begins the attempt that follows the one that ctx belongs to, whose outcome is known, with the
// cause [Retry]. ctx is that of a request of the call. Follow is [Call.NextAttempt] for a layer whose
// attempt may run beside others, as inside a hedge: what is held for that attempt, or for one that an
// inner layer has made after it, moves to the attempt that Follow returns, which becomes the current one
// if the other was. If [AttemptFrom] does not return it for the context of the request, send the request
// with [Attempt.Context].
func (c *Call) Follow(ctx context.Context) *Attempt {
	lost := leftBehind(ctx, c)
	before := inside(AttemptFrom(ctx), lost)
	a := appendRow(c, Retry)
	takeOver(a, before, lost)
	if !lost {
		advance(before, a)
	}
	return a
}

// takeOver makes a the attempt that follows before. lost is whether its request is one that a foreign
// layer has left behind.
func takeOver(a, before *Attempt, lost bool) {
	if before.is(flagCalled | flagUncalled) {
		a.flags.Or(flagUncalled)
	}
	a.entries.follow(&before.entries, &replaced(before).entries)
	a.inherit(before, lost)
}

// appendRow opens a row.
func appendRow(c *Call, cause Cause) *Attempt {
	a := &Attempt{call: c}
	a.cause, a.start = cause, time.Now()
	last := c.Attempt() // further attempts are after it
	for {
		a.number = last.number + 1
		if last.next.CompareAndSwap(nil, a) {
			break
		}
		last = last.next.Load()
	}
	c.further.Add(1)
	return a
}
