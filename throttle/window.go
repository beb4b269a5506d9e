package throttle

import (
	"math"
	"time"
)

// exact is the largest limit that is counted request by request. Above it the
// sends of a 64th of the window share the stamp of its end: never too early,
// at most a 64th of the window late.
const (
	exact = 4096
	parts = 64
)

// never is the next instant of what no clock will bring.
const never = math.MaxInt64

// stamp is what was spent at one instant, in nanoseconds since the limiter's epoch.
type stamp struct {
	at   int64
	cost int
}

// window is the history of one rule and key: a ring of stamps, oldest first.
type window struct {
	limit   int
	span    int64 // how long a stamp counts
	grain   int64 // the width of a part, 0 if each stamp is kept as it is
	ring    []stamp
	head, n int
	live    int // the cost of all stamps in the ring
	granted int // the cost of what may go and has not left yet
	pending int // the cost of what has left and does not age yet
}

func newWindow(limit int, per, guard time.Duration) window {
	w := window{limit: limit, span: int64(per + guard)}
	if limit > exact {
		w.grain = max(int64(per)/parts, 1)
	}
	return w
}

func (w *window) at(i int) *stamp { return &w.ring[(w.head+i)%len(w.ring)] }

// expire forgets what no longer counts at now.
func (w *window) expire(now int64) {
	for w.n > 0 {
		s := &w.ring[w.head]
		if s.at+w.span > now {
			return
		}
		w.live -= s.cost
		if w.head++; w.head == len(w.ring) {
			w.head = 0
		}
		w.n--
	}
}

// next returns the first instant from now on at which need fits, never if that
// is not known before something has left or was answered.
func (w *window) next(now int64, need int) int64 {
	w.expire(now)
	over := w.live + w.granted + w.pending + need - w.limit
	if over <= 0 {
		return now
	}
	return w.freed(over)
}

// freed returns when the oldest stamps worth cost have expired.
func (w *window) freed(cost int) int64 {
	for i := range w.n {
		s := w.at(i)
		if cost -= s.cost; cost <= 0 {
			return s.at + w.span
		}
	}
	return never
}

// eta returns the earliest instant for need behind ahead others, all sent as
// soon as they fit: a lower bound.
func (w *window) eta(now int64, ahead, need int) int64 {
	w.expire(now)
	last := ahead + need - 1 // of the units to come, counted from 0
	slot := last % w.limit
	at := now
	if over := slot + 1 - (w.limit - w.live - w.granted - w.pending); over > 0 {
		switch at = w.freed(over); {
		case at != never:
		case w.pending > 0: // an answer may come any time
			at = now
		default:
			at = now + w.span
		}
	}
	whole := int64(last / w.limit)
	if whole > (never-at)/w.span {
		return never
	}
	return at + whole*w.span
}

// add spends cost at the instant at and returns the stamp it got.
func (w *window) add(at int64, cost int) int64 {
	if w.grain > 0 {
		at += w.grain - at%w.grain
	}
	w.live += cost
	i := w.n
	for i > 0 && w.at(i-1).at > at {
		i--
	}
	if i > 0 && w.at(i-1).at == at {
		w.at(i - 1).cost += cost
		return at
	}
	if w.n == len(w.ring) {
		w.grow()
	}
	w.n++
	for j := w.n - 1; j > i; j-- {
		*w.at(j) = *w.at(j - 1)
	}
	*w.at(i) = stamp{at, cost}
	return at
}

// remove gives back cost that was spent at the stamp at, if it still counts.
func (w *window) remove(at int64, cost int) {
	for i := w.n - 1; i >= 0; i-- {
		s := w.at(i)
		if s.at != at {
			continue
		}
		cost = min(cost, s.cost)
		w.live -= cost
		if s.cost -= cost; s.cost == 0 {
			for ; i < w.n-1; i++ {
				*w.at(i) = *w.at(i + 1)
			}
			w.n--
		}
		return
	}
}

func (w *window) grow() {
	ring := make([]stamp, max(4, min(2*w.n, w.n+1024)))
	for i := range w.n {
		ring[i] = *w.at(i)
	}
	w.ring, w.head = ring, 0
}

// idle reports whether the window holds nothing that matters.
func (w *window) idle(now int64) bool {
	w.expire(now)
	return w.n == 0 && w.granted == 0 && w.pending == 0
}
