package timeout

import "time"

// expire ends the context of a deadline that was missed. A base may wait for a Read of the request body before it
// returns, as net/http does over HTTP/1, and what that Read waits for need not come: if the base has not returned
// when it has had time to notice, the body is closed under the Read. One that moves by then is looked at again.
func (l *deadline) expire() {
	over := l.ctx.Err() != nil
	l.ctx.Expire(l.err.Load())
	if u := l.latest.Load(); u != nil && (!over || !u.unblock()) {
		l.alarms.reset(&l.alarm, notice)
	}
}

// unblock closes the body if a Read of it stalls, and reports whether nobody will read it any more. One that moves is
// left to the base: its Close may not be meant to be called during a Read that returns.
func (u *upload) unblock() (over bool) {
	l := u.deadline
	if u.state.Load() == reading && l.elapsed()-time.Duration(l.moved.Load()) >= notice {
		u.stop()
	}
	return u.state.Load() >= sent
}
