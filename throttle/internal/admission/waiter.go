package admission

import (
	"math"

	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Waiter is a request that could not leave at once. It is in one of these states:
//
//	queued       in a queue, by its rank. Nothing is reserved for it. The head of a queue
//	             may have to ask a store.
//	granted      in the line of its queue: what it needs is reserved, and
//	             its pass is counted. It leaves when it is the first of the line.
//	reacquiring  granted, out of the line, while its request reacquires what it had
//	             suspended. That may take any time, and those behind it may
//	             be ready. The reservation expires after a while.
//	expired      nowhere: its reservation went to others.
//	gone         nowhere: it left, gave up or was rejected.
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
// A Waiter is small, since there are many. Its queue knows what it needs, and its Demand stays with
// its request.
type Waiter struct {
	// Owner belongs to the caller: how to wake the request of the waiter.
	Owner any

	links    ranked.Links[*Waiter] // Rank is the time it came, less what its priority is worth
	queue    *Queue                // the queue that it is in, or in whose line
	deadline int64
	pass     pauses.Pass // once granted
	apart    *apart      // nil for most waiters
	cost     int32       // of each part, unless apart has costs
	ask      uint16      // the part whose store it must ask, counted from 1
	state    state
	asking   bool  // it is asking
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

// apart is what only a few waiters need. It has two pieces, since many of those need only costs.
type apart struct {
	costs []int // of the parts, nil if all are equal
	later *later
}

// later is what a waiter may need while it waits.
type later struct {
	rank      int64   // its rank in the queue, while it is reacquiring
	expires   []int64 // when the tokens granted for each part expire, nil if there are none
	rejection *Rejection
}

// Links is for the list that the waiter is in.
func (w *Waiter) Links() *ranked.Links[*Waiter] { return &w.links }

// Rejection returns why w was rejected, or nil.
func (w *Waiter) Rejection() *Rejection {
	if w.apart == nil || w.apart.later == nil {
		return nil
	}
	return w.apart.later.rejection
}

// Queued reports whether w is in a queue.
func (w *Waiter) Queued() bool { return w.state == queued }

// Granted reports whether what w needs is reserved.
func (w *Waiter) Granted() bool { return w.state == granted || w.state == reacquiring }

// Expired reports whether the reservation of w went to others.
func (w *Waiter) Expired() bool { return w.state == expired }

// Others returns how many others wait for what w, which is queued, waits for. It is the largest
// number of any of its resources, or if it needs none, that of its group.
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

// MayLeave reports whether w should leave: it is the first in its line, or out of it.
func (w *Waiter) MayLeave() bool {
	return w.state == reacquiring || w.state == granted && w.links.Prev() == nil
}

// IsToAsk reports whether w must ask a store.
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

// setCosts records the costs of the parts of a demand.
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

// keepTokens records when the tokens that w was granted for part i expire.
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

// tokens returns the receipt of the tokens that w was granted for part i.
func (w *Waiter) tokens(i int) meter.Receipt {
	if w.apart == nil || w.apart.later == nil || w.apart.later.expires == nil {
		return meter.Receipt{}
	}
	return meter.Receipt{At: w.apart.later.expires[i], Cost: w.costOf(i)}
}

// dropTokens forgets the tokens that w was granted.
func (w *Waiter) dropTokens() {
	if w.apart != nil && w.apart.later != nil {
		w.apart.later.expires = nil
	}
}
