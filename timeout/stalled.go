package timeout

// expire ends the context of a deadline that was missed. A base may wait for a Read of the request body before it
// returns, as net/http does over HTTP/1, and what that Read waits for need not come: if the base has not returned
// when it has had time to notice, the body is closed under the Read.
func (l *deadline) expire() {
	over := l.ctx.Err() != nil
	l.ctx.Expire(l.err.Load())
	switch u := l.latest.Load(); {
	case u == nil:
	case over:
		u.unblock()
	default:
		l.alarms.reset(&l.alarm, notice)
	}
}

// unblock closes the body if it is being read. One that moves is left to the base: its Close may not be meant to be
// called during a Read that returns.
func (u *upload) unblock() {
	if u.state.Load() == reading {
		_ = u.Close()
	}
}
