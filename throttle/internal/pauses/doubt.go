package pauses

import "time"

// doubt is what is known of a server of which a Retry-After that comes without any
// word of a limit may be a constant.
type doubt struct {
	asked  time.Duration // what the latest such response asked for
	always bool          // accepted responses carry a Retry-After too
	reset  int64         // when the quotas are refilled, as the latest response said
	moves  bool          // each request moves that instant on
	used   int64         // when it was asked for last
}

// forget is how long nothing must have come from a server for another one to take its
// place: a server that redirects to many hosts must not make us forget the others.
const forget = int64(10 * time.Minute)

// doubtOf returns what is known of the server of a key. Of at most Max servers
// something is known; the others share one doubt.
func (t *Table) doubtOf(key Key, now int64) *doubt {
	t.doubts.Max, t.doubts.Every = Max, int64(time.Minute)
	idle := func(d *doubt) bool { return now-d.used > forget }
	d, _ := t.doubts.Find(key, now, idle, func(bool) *doubt { return new(doubt) })
	d.used = now
	return d
}

// AcceptedWithAfter notes that an accepted response carried a Retry-After: from now on that
// says nothing of the server where no limit is named beside it.
func (t *Table) AcceptedWithAfter(key Key, now int64) { t.doubtOf(key, now).always = true }

// Doubtful returns what a response holds back that asks for a wait and does not say
// that a limit was reached: wide, or narrow if the same wait was asked for
// before and requests were accepted since, or, with false, nothing.
func (t *Table) Doubtful(wide, narrow Key, o Order, now int64) (key Key, ok bool) {
	d := t.doubtOf(wide, now)
	if d.always {
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

// rounding is how far two words of the same reset may lie apart.
const rounding = 1500 * time.Millisecond

// CountsDown reports whether the reset of the quotas of a server, which a response says
// comes after so long, is an instant that stays where it is. A bucket that fills drop by
// drop names the instant when it is full, which each request moves on.
func (t *Table) CountsDown(key Key, reset time.Duration, now int64) bool {
	d := t.doubtOf(key, now)
	at := now + int64(reset)
	d.moves = d.moves || now < d.reset && at > d.reset+int64(rounding)
	d.reset = at
	return !d.moves
}
