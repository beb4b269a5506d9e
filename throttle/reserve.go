package throttle

import (
	"math"
	"slices"
	"time"
)

// A younger head of a queue may overtake an older one that has to wait only if
// that one is not made to wait longer by it: nobody is starved, and nobody waits
// for what he does not need. So each resource keeps for the time of a scan what
// the older heads will need of it, and when, and how much may be spent now
// without delaying any of them.
type reservations struct {
	scan  int64 // that they belong to
	held  []reservation
	sum   int // the cost of all that were made
	spent int // by grants of this scan
	spare int // the least room of any
}

// reservation is what an older head will need, and when at the earliest.
type reservation struct {
	cost int
	from int64
	room int // what others may spend before, plus what was spent when it was made
}

// manyReservations is from how many on nobody overtakes, where not all would fit
// at once: the work for one more grows with their number.
const manyReservations = 256

// heldBack reports whether an older head would have to wait longer if w went
// now, from when that one may go, and when to look again: time alone may make room
// for both.
func (l *Limiter) heldBack(w *waiter, now int64) (from, again int64, held bool) {
	again = never
	for i, r := range w.class.needs {
		cost := w.costOf(i)
		if r.scan != l.scans || r.fits(now, r.sum+cost) || cost <= r.spare-r.spent {
			continue
		}
		held = true
		again = min(again, now+r.pulse())
		for _, o := range r.held {
			if over := cost - (o.room - r.spent); over > 0 {
				from = max(from, o.from)
				again = min(again, r.frees(now, o.from, over))
			}
		}
	}
	return from, again, held
}

// reserve notes for the younger heads of this scan what w will need.
func (l *Limiter) reserve(w *waiter, now, from int64) {
	for i, r := range w.class.needs {
		if r.scan != l.scans {
			r.reservations = reservations{scan: l.scans, held: r.held[:0], spare: math.MaxInt}
		}
		r.reserve(now, w.costOf(i), max(from, now))
	}
}

func (s *resource) reserve(now int64, cost int, from int64) {
	s.sum += cost
	room := s.room(now, cost, from)
	switch {
	case room == math.MaxInt: // nothing that goes now matters then
		return
	case len(s.held) == manyReservations:
		s.spare = math.MinInt
		return
	}
	// Who may go no later spends before it.
	room += s.spent
	for _, o := range s.held {
		if o.from <= from {
			room -= o.cost
		}
	}
	if room < s.spent {
		return // with those before it, it goes a window later: by then nothing of now matters
	}
	at := len(s.held)
	for i := range s.held {
		if o := &s.held[i]; o.from >= from {
			at = min(at, i)
			o.room -= cost
			s.spare = min(s.spare, o.room)
		}
	}
	s.held = slices.Insert(s.held, at, reservation{cost, from, room})
	s.spare = min(s.spare, room)
}

// grants notes that so much is spent in a scan.
func (s *resource) grants(scan int64, cost int) {
	if s.scan == scan {
		s.spent += cost
	}
}

// fits reports whether as much may be spent now in whatever portions.
func (s *resource) fits(now int64, sum int) bool {
	if s.win.limit > 0 && (s.win.next(now, sum) > now || s.pace.next(now, 1, sum-1) > now) {
		return false
	}
	if s.gate == nil || s.rule.Mode == Unlimited {
		return true
	}
	at, ask := s.gate.next(now, sum)
	return at <= now && !ask
}

// room returns how much others may spend now so that cost still fits at the
// instant until: math.MaxInt if anything, less than 0 if even nothing is too much.
func (s *resource) room(now int64, cost int, until int64) int {
	n := math.MaxInt
	if s.win.limit > 0 {
		n = min(s.win.room(now, cost, until, s.rule.Mode == Strict), s.pace.room(now, cost, until))
	}
	if s.gate != nil && s.rule.Mode != Unlimited {
		n = min(n, s.gate.room(now, cost, until))
	}
	return n
}

// frees returns a later instant at which there is more room for over than at
// until, as far as the clock decides: never if it does not.
func (s *resource) frees(now, until int64, over int) int64 {
	at := int64(never)
	if s.win.limit > 0 {
		at = min(s.win.frees(until, over), s.pace.frees(until, over))
	}
	if s.gate != nil && s.gate.known(now) > now {
		at = min(at, s.gate.known(now))
	}
	return at
}

// pulse is how often to look at who is held back, beside the instants of frees:
// what one older head holds back may depend on what others do by then.
func (s *resource) pulse() int64 {
	p := max(int64(s.rule.Per)/parts, int64(time.Millisecond))
	if s.pace.spacing > 0 {
		p = min(p, max(s.pace.spacing, int64(time.Millisecond)))
	}
	return p
}

func (w *window) frees(until int64, over int) int64 {
	for i := range w.n {
		s := w.at(i)
		if s.at+w.span <= until {
			continue
		}
		if over -= s.cost; over <= 0 {
			return s.at + w.span
		}
	}
	return never
}

func (p *pacer) frees(until int64, over int) int64 {
	if p.spacing == 0 || p.free <= until {
		return never
	}
	return min(p.free, until+int64(over)*p.spacing)
}

// known returns until when the last answer of the store holds.
func (g *gate) known(now int64) int64 {
	if g.blocked > now {
		return g.blocked
	}
	return g.expires
}

func (w *window) room(now int64, cost int, until int64, strict bool) int {
	span := w.span
	if strict {
		span *= 2 // how long the answers take is not known: say a window
	}
	if until >= now+span {
		return math.MaxInt
	}
	n := w.limit - w.live - w.granted - w.pending - cost
	for i := range w.n {
		s := w.at(i)
		if s.at+w.span > until {
			break
		}
		n += s.cost
	}
	return n
}

func (p *pacer) room(now int64, cost int, until int64) int {
	if p.spacing == 0 {
		return math.MaxInt
	}
	left := until - max(p.free, now)
	n := left / p.spacing
	if left < 0 && left%p.spacing != 0 {
		n-- // round down
	}
	return int(n) + max(p.burst-cost, 0)
}

func (g *gate) room(now int64, cost int, until int64) int {
	if until >= g.known(now) { // the store has to be asked anyhow
		return math.MaxInt
	}
	return g.tokens + g.left - cost
}
