package pauses

import "time"

// doubt is what is known of a server whose Retry-After may be a constant if nothing beside it
// mentions a limit.
type doubt struct {
	asked  time.Duration // what the latest such response asked for
	always bool          // accepted responses carry a Retry-After too
	latest int64         // when one last did
	first  int64         // when the quotas are refilled, according to the first response since they last were
	reset  int64         // the same, according to the latest response
	moves  bool          // a request has postponed that instant since the quotas were last refilled
	moved  bool          // one did before that
	used   int64         // when this doubt was last looked up
}

// forget is how long a server must be silent for another to take its place. A server that redirects
// to many hosts must not make us forget the others.
const forget = int64(10 * time.Minute)

// doubtOf returns what is known of the server of a key. At most Max servers have a doubt of their
// own. The others share one.
func (t *Table) doubtOf(key Key, now int64) *doubt {
	t.doubts.Max, t.doubts.Every = Max, int64(time.Minute)
	idle := func(d *doubt) bool { return now-d.used > forget }
	d, _ := t.doubts.Find(key, now, idle, func(bool) *doubt { return new(doubt) })
	d.used = now
	return d
}

// lasts is how long it counts that an accepted response carried a Retry-After.
const lasts = int64(time.Hour)

// AcceptedWithAfter records that an accepted response carried a Retry-After. Until an hour has passed
// in which none did, a Retry-After of the server means nothing unless a limit is named beside it.
func (t *Table) AcceptedWithAfter(key Key, now int64) {
	d := t.doubtOf(key, now)
	d.always, d.latest = true, now
}

// Doubtful returns what is held back by a response that asks for a wait and does not say that a
// limit was reached. It is wide, or narrow if the previous wide pause was for the same time and has
// ended with requests accepted since. It reports false if nothing is held back. server is the key of
// what is known of the server.
func (t *Table) Doubtful(server, wide, narrow Key, o Order, now int64) (key Key, ok bool) {
	d := t.doubtOf(server, now)
	if d.always && now-d.latest <= lasts {
		return Key{}, false
	}
	if p := t.pauses[wide]; p != nil && (now < p.until || p.again(o.Pass, now)) {
		return wide, true
	}
	if d.asked == o.For {
		return narrow, true
	}
	d.asked = o.For
	return wide, true
}

// rounding is how far apart two statements of the same reset may be.
const rounding = 1500 * time.Millisecond

// CountsDown reports whether the reset of the quotas of a server is an instant that does not move.
// reset is the time until then, as a response says. A bucket that fills drop by drop names the
// instant when it is full, which each request postpones. That the instant has moved counts until the
// quotas have been refilled twice: it also moves when a clock is set.
func (t *Table) CountsDown(key Key, reset time.Duration, now int64) bool {
	d := t.doubtOf(key, now)
	at := now + int64(reset)
	switch {
	case now >= d.reset, now >= d.reset-int64(rounding) && at > d.reset+int64(rounding):
		// They have been refilled. Seconds that are rounded up name that too late.
		d.moved, d.moves, d.first = d.moves, false, at
	case at > d.first+int64(rounding):
		d.moves = true
	}
	d.reset = at
	return !d.moves && !d.moved
}
