package layer

import "time"

// NextAttempt begins a further attempt and its row. With the cause [Retry] it becomes the current
// one, and the one before must have ended. A concurrent attempt sends its request with the context
// of [Attempt.Context].
func (c *Call) NextAttempt(cause Cause) *Attempt {
	a := appendRow(c, cause)
	if cause == Retry {
		before := c.Attempt()
		takeOver(a, before)
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

// Follow begins the attempt that follows a, whose outcome is known, with the cause [Retry]. It is
// [Call.NextAttempt] for a layer whose attempt may run beside others, as inside a hedge: what is
// held for a moves to the attempt that Follow returns, which becomes the current one if a was. If an
// inner layer has made an attempt that follows a, it follows that. If [AttemptFrom] does not return it for the context of the request, send the request with
// [Attempt.Context].
func (c *Call) Follow(a *Attempt) *Attempt {
	f := appendRow(c, Retry)
	a = inside(a)
	takeOver(f, a)
	advance(a, f)
	return f
}

// takeOver makes a the attempt that follows before.
func takeOver(a, before *Attempt) {
	if before.is(flagCalled | flagUncalled) {
		a.flags.Or(flagUncalled)
	}
	a.entries.follow(&before.entries, &replaced(before).entries)
	a.inherit(before)
}

// appendRow opens a row.
func appendRow(c *Call, cause Cause) *Attempt {
	a := &Attempt{call: c}
	a.cause, a.start = cause, time.Now()
	last := &c.first
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
