package admission

import (
	"math"
	"slices"

	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A younger head of a queue may overtake an older one that has to wait only if that
// one is not made to wait longer by it: no request is starved, and none waits for
// what it does not need. So each resource keeps for the time of a scan what the
// older heads will need of it, and when, and how much may be spent now without
// delaying any of them.
type reservations struct {
	scan  int64 // to which they belong
	made  []reservation
	sum   int // the cost of all older heads
	spent int // by grants of this scan
	spare int // the least room of any reservation
}

// reservation is what an older head will need, and when at the earliest.
type reservation struct {
	cost int
	from int64
	room int // what others may spend before, and what was spent when it was made
}

// manyReservations is the number from which on no head overtakes, where not all
// would fit at once: the work for one more grows with their number.
const manyReservations = 256

// heldBack reports whether an older head would have to wait longer if the head of q
// left now; from when on it may leave, and when to look again: time alone may make
// room for both.
func (q *Queue) heldBack(scan, now int64) (from, again int64, waits bool) {
	w := q.waiters.First()
	again = meter.Never
	for i := range q.parts {
		s, cost := q.parts[i].resource, w.costOf(i)
		if s.scan != scan || s.fits(now, s.sum+cost) || cost <= s.spare-s.spent {
			continue
		}
		waits = true
		if q.parts[i].finding == free {
			q.find(i, held)
		}
		again = min(again, now+s.rescanInterval())
		for _, o := range s.made {
			if over := cost - (o.room - s.spent); over > 0 {
				from = max(from, o.from)
				again = min(again, s.frees(now, o.from, over))
			}
		}
	}
	return from, again, waits
}

// reserve notes for the younger heads of a scan what the head of q will need.
func (q *Queue) reserve(scan, now, from int64) {
	w := q.waiters.First()
	for i := range q.parts {
		s := q.parts[i].resource
		if s.scan != scan {
			s.reservations = reservations{scan: scan, made: s.made[:0], spare: math.MaxInt}
		}
		s.reserve(now, w.costOf(i), max(from, now))
	}
}

func (s *Resource) reserve(now int64, cost int, from int64) {
	s.sum += cost
	room := s.room(now, cost, from)
	switch {
	case room == math.MaxInt: // nothing that leaves now makes a difference by then
		return
	case len(s.made) == manyReservations:
		s.spare = math.MinInt
		return
	}
	// An older head that may leave no later spends before it.
	room += s.spent
	for _, o := range s.made {
		if o.from <= from {
			room -= o.cost
		}
	}
	if room < s.spent {
		return // with those before it, it leaves a window later: nothing of now counts then
	}
	at := len(s.made)
	for i := range s.made {
		if o := &s.made[i]; o.from >= from {
			at = min(at, i)
			o.room -= cost
			s.spare = min(s.spare, o.room)
		}
	}
	s.made = slices.Insert(s.made, at, reservation{cost, from, room})
	s.spare = min(s.spare, room)
}

// grants notes that so much is spent in a scan.
func (s *Resource) grants(scan int64, cost int) {
	if s.scan == scan {
		s.spent += cost
	}
}
