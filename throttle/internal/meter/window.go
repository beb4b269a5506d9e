package meter

import "math"

const (
	// Exact is the largest limit for which each send is an entry of its own. Above it the sends of
	// one part of the window share the timestamp of its end. So no entry expires too early, and
	// none more than a part of the window too late.
	Exact = 4096
	// Parts is the number of parts of a window.
	Parts = 64
)

// entry is the cost that was spent at one timestamp.
type entry struct {
	at   int64
	cost int
}

// A Window has the sends of one rule and key. It is a ring of entries, the oldest first, each of
// which counts for the length of the window.
type Window struct {
	limit         int
	span          int64 // how long an entry counts
	grain         int64 // the length of a part, 0 if each send is an entry
	untilResponse bool
	ring          []entry
	head, n       int
	live          int // the cost of all entries
	reserved      int // the cost that may leave and has not left yet
	pending       int // the cost that has left and has no response yet
}

// NewWindow returns an empty window.
func NewWindow(r Rate) Window {
	var w Window
	w.Adopt(r)
	return w
}

// Adopt gives the window another rate. Its entries stay.
func (w *Window) Adopt(r Rate) {
	w.limit, w.span, w.grain, w.untilResponse = r.Limit, r.span(), 0, r.UntilResponse
	if r.Limit > Exact {
		w.grain = max(int64(r.Per)/Parts, 1)
	}
}

func (w *Window) at(i int) *entry { return &w.ring[(w.head+i)%len(w.ring)] }

// expire drops the entries that no longer count at now.
func (w *Window) expire(now int64) {
	for w.n > 0 {
		e := &w.ring[w.head]
		if e.at+w.span > now {
			return
		}
		w.live -= e.cost
		if w.head++; w.head == len(w.ring) {
			w.head = 0
		}
		w.n--
	}
}

// Counted returns the cost that counts at now: entries, reservations, and requests that wait for a
// response.
func (w *Window) Counted(now int64) int {
	w.expire(now)
	return w.live + w.reserved + w.pending
}

// Limit returns how much the window may hold, or 0 if it limits nothing.
func (w *Window) Limit() int { return w.limit }

// Span returns how long an entry counts.
func (w *Window) Span() int64 { return w.span }

// Entries returns the number of entries.
func (w *Window) Entries() int { return w.n }

// Oldest returns the timestamp of the oldest entry. There must be one.
func (w *Window) Oldest() int64 { return w.at(0).at }

// Outstanding returns the cost that has no entry yet: reservations, and requests that wait for a
// response.
func (w *Window) Outstanding() int { return w.reserved + w.pending }

// Next returns the first instant from now on at which cost fits. It is [Never] if that is not known
// until something leaves or gets its response.
func (w *Window) Next(now int64, cost int) int64 {
	if w.limit == 0 {
		return now
	}
	over := w.Counted(now) + cost - w.limit
	if over <= 0 {
		return now
	}
	return w.freed(over)
}

// freed returns when enough of the oldest entries have expired to free cost.
func (w *Window) freed(cost int) int64 {
	for i := range w.n {
		e := w.at(i)
		if cost -= e.cost; cost <= 0 {
			return e.at + w.span
		}
	}
	return Never
}

// Eta returns a lower bound of when cost can leave behind the cost ahead, assuming that all of that
// is sent as soon as it fits.
func (w *Window) Eta(now int64, ahead, cost int) int64 {
	if w.limit == 0 {
		return now
	}
	w.expire(now)
	last := ahead + cost - 1 // the number of its last unit, counted from 0
	place := last % w.limit
	at := now
	if over := place + 1 - (w.limit - w.live - w.reserved - w.pending); over > 0 {
		switch at = w.freed(over); {
		case at != Never:
		case w.pending > 0: // a response may come at any time
			at = now
		default:
			at = now + w.span
		}
	}
	whole := int64(last / w.limit)
	if whole > (Never-at)/w.span {
		return Never
	}
	return at + whole*w.span
}

// Spend counts a cost that is sent now. If entries begin to age with the response, the receipt is
// open, for [Window.Respond].
func (w *Window) Spend(now int64, cost int) Receipt {
	switch {
	case w.limit == 0:
		return Receipt{}
	case w.untilResponse:
		w.pending += cost
		return Receipt{Never, cost}
	}
	return w.Enter(now, cost)
}

// Take counts a request that costs 1 and is sent now, if there is room for it, and returns the
// timestamp of its receipt. Entries must not begin to age with the response.
func (w *Window) Take(now int64) (at int64, ok bool) {
	if w.n > 0 && w.ring[w.head].at+w.span <= now {
		w.expire(now)
	}
	if w.live+w.reserved+w.pending >= w.limit {
		return 0, false
	}
	// This is Enter for the usual case, which takes most of the time.
	if w.grain == 0 && w.n < len(w.ring) {
		last := w.head + w.n - 1
		if last >= len(w.ring) {
			last -= len(w.ring)
		}
		if w.n == 0 || w.ring[last].at < now {
			if last++; last == len(w.ring) {
				last = 0
			}
			w.ring[last] = entry{now, 1}
			w.n++
			w.live++
			return now, true
		}
	}
	return w.Enter(now, 1).At, true
}

// Respond turns an open receipt into that of an entry that ages from at on.
func (w *Window) Respond(now int64, r Receipt, at int64) Receipt {
	if r.At != Never {
		return r
	}
	w.pending -= r.Cost
	w.expire(now)
	return w.Enter(at, r.Cost)
}

// Enter adds cost to the entry of the timestamp at, whether or not it fits.
func (w *Window) Enter(at int64, cost int) Receipt {
	if w.grain > 0 {
		at += w.grain - at%w.grain
	}
	r := Receipt{at, cost}
	w.live += cost
	i := w.n
	for i > 0 && w.at(i-1).at > at {
		i--
	}
	if i > 0 && w.at(i-1).at == at {
		w.at(i - 1).cost += cost
		return r
	}
	if w.n == len(w.ring) {
		w.grow()
	}
	w.n++
	for j := w.n - 1; j > i; j-- {
		*w.at(j) = *w.at(j - 1)
	}
	*w.at(i) = entry{at, cost}
	return r
}

// Refund takes a receipt back: its cost no longer counts.
func (w *Window) Refund(now int64, r Receipt) {
	if r.At == Never {
		w.pending -= r.Cost
		w.expire(now)
		return
	}
	for i := w.n - 1; i >= 0; i-- {
		e := w.at(i)
		if e.at != r.At {
			continue
		}
		cost := min(r.Cost, e.cost)
		w.live -= cost
		if e.cost -= cost; e.cost == 0 {
			for ; i < w.n-1; i++ {
				*w.at(i) = *w.at(i + 1)
			}
			w.n--
		}
		return
	}
}

// Reserve reserves room for a cost that has not left yet. A negative cost gives room back.
func (w *Window) Reserve(cost int) { w.reserved += cost }

func (w *Window) grow() {
	ring := make([]entry, max(4, min(2*w.n, w.n+1024)))
	for i := range w.n {
		ring[i] = *w.at(i)
	}
	w.ring, w.head = ring, 0
}

// Idle reports whether the window has nothing that counts.
func (w *Window) Idle(now int64) bool { return w.Counted(now) == 0 && w.n == 0 }

// Inherit adds the entries of another window to this one.
func (w *Window) Inherit(now int64, from *Window) {
	from.expire(now)
	for i := range from.n {
		w.Enter(from.at(i).at, from.at(i).cost)
	}
}

// Room returns how much others may spend now so that cost still fits at until. It is [math.MaxInt]
// if that makes no difference, and negative if cost does not even fit if nothing is spent.
func (w *Window) Room(now int64, cost int, until int64) int {
	if w.limit == 0 {
		return math.MaxInt
	}
	span := w.span
	if w.untilResponse {
		span *= 2 // it is not known how long responses take: assume a window
	}
	if until >= now+span {
		return math.MaxInt
	}
	n := w.limit - w.live - w.reserved - w.pending - cost
	for i := range w.n {
		e := w.at(i)
		if e.at+w.span > until {
			break
		}
		n += e.cost
	}
	return n
}

// Frees returns the first instant at which the clock frees over more than at until, or [Never].
func (w *Window) Frees(until int64, over int) int64 {
	for i := range w.n {
		e := w.at(i)
		if e.at+w.span <= until {
			continue
		}
		if over -= e.cost; over <= 0 {
			return e.at + w.span
		}
	}
	return Never
}
