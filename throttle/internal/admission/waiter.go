package admission

import (
	"math"

	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Waiter is a request that could not leave at once. It is in one of these states,
// and keeps in each what is said of it:
//
//	queued       in a queue, by its rank. Nothing is kept for it; the head of a queue
//	             may have to ask a store.
//	granted      at the end of the line of its queue: what it needs is reserved, and
//	             its pass is counted. It leaves when it is the first of the line.
//	reacquiring  granted, out of the line, while its request reacquires what it had
//	             suspended: how long that takes is not known, and those behind it may
//	             be ready. The reservation expires after a while.
//	expired      in nothing: its reservation went to others.
//	gone         in nothing: it left, gave up or was rejected.
//
//	queued       → granted      a scan finds room for it (grant)
//	queued       → gone         it gives up (Cancel), or is rejected: Rejection says why
//	granted      → gone         it leaves (Confirm), or gives up (Cancel)
//	granted      → queued       a pause began meanwhile (Confirm): at its old rank
//	granted      → reacquiring  Reacquire
//	reacquiring  → gone         it leaves (Confirm), or gives up (Cancel)
//	reacquiring  → queued       a pause began meanwhile (Confirm)
//	reacquiring  → expired      its reservation expires (Tick)
//	expired      → queued       Requeue: at its old rank
//	expired      → gone         it gives up (Cancel)
//
// A Waiter is small since there are many: what it needs is its queue's to know, and
// its Demand stays with its request.
type Waiter struct {
	// Owner is the caller's: how the request of the waiter is woken.
	Owner any

	links    ranked.Links[*Waiter] // Rank is the time it came, less what its priority is worth
	queue    *Queue                // in which, or in whose line, it is
	deadline int64
	pass     pauses.Pass // once granted
	apart    *apart      // what few waiters have
	cost     int32       // of each part, unless apart says otherwise
	ask      uint16      // the part whose store it is to ask, counted from 1
	state    state
	asking   bool  // it asks
	expiries uint8 // how often its reservation expired
}

type state uint8

const (
	queued state = iota
	granted
	reacquiring
	expired
	gone
)

// apart is what few waiters have. It is in two pieces, since many of those few have
// costs alone.
type apart struct {
	costs []int // of the parts, nil if all are alike
	later *later
}

// later is what a waiter gets while it waits.
type later struct {
	rank      int64   // its rank in the queue, while it is reacquiring
	expires   []int64 // when the tokens of each part expire, nil if it was granted none
	rejection *Rejection
}

// Links is for the list that the waiter is in.
func (w *Waiter) Links() *ranked.Links[*Waiter] { return &w.links }

// Rejection returns why it was rejected, nil if it was not.
func (w *Waiter) Rejection() *Rejection {
	if w.apart == nil || w.apart.later == nil {
		return nil
	}
	return w.apart.later.rejection
}

// Queued reports whether it is in a queue.
func (w *Waiter) Queued() bool { return w.state == queued }

// Granted reports whether what it needs is reserved.
func (w *Waiter) Granted() bool { return w.state == granted || w.state == reacquiring }

// Expired reports whether its reservation went to others.
func (w *Waiter) Expired() bool { return w.state == expired }

// Others returns how many others wait for what w, which is queued, waits for: the
// most of its rules, or the rest of those that its pause would hold back.
func (w *Waiter) Others() int {
	if w.queue == nil {
		return 0
	}
	n := 0
	for i := range w.queue.parts {
		n = max(n, w.queue.parts[i].resource.waiting)
	}
	if len(w.queue.parts) == 0 {
		n = w.queue.group.waiting
	}
	return max(n-1, 0)
}

// MayLeave reports whether it is to leave: it is the first in its line, or out of it.
func (w *Waiter) MayLeave() bool {
	return w.state == reacquiring || w.state == granted && w.links.Prev() == nil
}

// IsToAsk reports whether it is to ask a store.
func (w *Waiter) IsToAsk() bool { return w.ask > 0 && !w.asking }

func (w *Waiter) makeLater() *later {
	if w.apart == nil {
		w.apart = new(apart)
	}
	if w.apart.later == nil {
		w.apart.later = new(later)
	}
	return w.apart.later
}

// setCosts notes what the parts of a demand cost.
func (w *Waiter) setCosts(d *Demand) {
	if d.n == 0 {
		return
	}
	first := d.Part(0).Cost
	same := first <= math.MaxInt32
	for i := range d.n {
		same = same && d.Part(i).Cost == first
	}
	if same {
		w.cost = int32(first) //nolint:gosec // bounded above
		return
	}
	costs := make([]int, d.n)
	for i := range costs {
		costs[i] = d.Part(i).Cost
	}
	w.apart = &apart{costs: costs}
}

// costOf returns the cost of part i.
func (w *Waiter) costOf(i int) int {
	if w.apart != nil && w.apart.costs != nil {
		return w.apart.costs[i]
	}
	return int(w.cost)
}

// keepTokens notes when the tokens that it was granted for part i expire.
func (w *Waiter) keepTokens(i int, expires int64) {
	if expires == 0 {
		return
	}
	l := w.makeLater()
	if l.expires == nil {
		l.expires = make([]int64, len(w.queue.parts))
	}
	l.expires[i] = expires
}

// tokens returns the receipt of the tokens that it was granted for part i.
func (w *Waiter) tokens(i int) meter.Receipt {
	if w.apart == nil || w.apart.later == nil || w.apart.later.expires == nil {
		return meter.Receipt{}
	}
	return meter.Receipt{At: w.apart.later.expires[i], Cost: w.costOf(i)}
}

// dropTokens forgets the tokens that it was granted.
func (w *Waiter) dropTokens() {
	if w.apart != nil && w.apart.later != nil {
		w.apart.later.expires = nil
	}
}
