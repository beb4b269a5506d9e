package throttle

import "time"

// Who was granted and takes up again what it had laid down, a slot say, stands
// aside meanwhile: how long that takes is not known, and those behind it in its
// line may be ready. What is kept for it lapses after one to two seconds and goes
// to others, since it may be long. It then waits at its old place, and keeps what
// it is granted twice as long the next time: so it comes through in the end.
const lapseAfter = int64(time.Second)

// stepAside takes w, which is the first of its line, out of it.
func (l *Limiter) stepAside(w *waiter, now int64) {
	l.leaveLine(w)
	w.marks |= aside
	w.left = 1 << min(w.lapses, 7)
	if w.next = l.asides; w.next != nil {
		w.next.prev = w
	} else {
		l.lapseAt = now + 2*lapseAfter
	}
	l.asides = w
	if l.timer == nil || l.wakeAt > l.lapseAt {
		l.schedule(now, l.lapseAt)
	}
}

// comeBack ends that.
func (l *Limiter) comeBack(w *waiter) {
	if w.prev == nil {
		l.asides = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	w.prev, w.next = nil, nil
	w.marks &^= aside
}

// lapse gives away what has been kept for too long.
func (l *Limiter) lapse(now int64) {
	if l.asides == nil || now < l.lapseAt {
		return
	}
	l.lapseAt = now + lapseAfter
	for w := l.asides; w != nil; {
		next := w.next
		if w.left--; w.left == 0 {
			w.lapses = min(w.lapses+1, 7)
			l.revoke(w)
		}
		w = next
	}
}
