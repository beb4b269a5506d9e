package admission

import (
	"math"
	"slices"

	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A younger head of a queue may overtake an older one that has to wait only if the older one does
// not wait longer because of it. So no request is starved, and none waits for what it does not
// need. For the time of a scan, each resource records what the older heads will need of it and
// when, and how much may be spent now without delaying any of them.
type reservations struct {
	scan  int64 // the scan that they belong to
	made  []reservation
	sum   int // the cost of all older heads
	spent int // by grants of this scan
	spare int // the least room of any reservation
}

// reservation is what an older head will need, and the earliest time.
type reservation struct {
	cost int
	from int64
	room int // what others may spend before then, plus what was spent when it was made
}

// manyReservations is the number of reservations from which on no head overtakes unless all fit at
// once. The work for each further one grows with their number.
const manyReservations = 256

// heldBack reports whether an older head would have to wait longer if the head of q left now. It
// returns from when on that head may leave, and when to look again, since time alone may make room
// for both.
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

// reserve records for the younger heads of a scan what the head of q will need.
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
	case room == math.MaxInt: // nothing that leaves now matters by then
		return
	case len(s.made) == manyReservations:
		s.spare = math.MinInt
		return
	}
	// An older head that may leave no later spends first.
	room += s.spent
	for _, o := range s.made {
		if o.from <= from {
			room -= o.cost
		}
	}
	if room < s.spent {
		return // behind the others it leaves a window later, when nothing sent now counts
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

// grants records that a cost is spent in a scan.
func (s *Resource) grants(scan int64, cost int) {
	if s.scan == scan {
		s.spent += cost
	}
}
