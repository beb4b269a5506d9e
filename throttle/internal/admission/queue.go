package admission

import (
	"github.com/gracy-go/gracy/internal/ranked"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
)

// A Queue holds the waiters that need the same resources and that the same pause would hold back.
// Only its head is examined, so the work of an admission grows with the number of queues, not of
// waiters.
type Queue struct {
	key     queueKey
	group   *group
	waiters ranked.List[*Waiter] // by rank
	line    ranked.List[*Waiter] // granted waiters, which leave one after the other
	parts   []queuePart

	reacquiring int // the number of waiters in neither, which come back if a pause begins

	heaps  [2]heapPlace
	place  int  // index in its group
	seeded bool // the next scan looks at it
	paused bool // its head found a pause when last examined
}

// queuePart is what the waiters of a queue need of one resource.
type queuePart struct {
	resource *Resource
	queued   int   // the cost of all waiters
	place    int   // index in the queues of the resource
	finding  found // what the head found when last examined
}

// found is what the head of a queue found at a resource.
type found uint8

const (
	free found = iota
	full       // there is no room, or another request asks the store
	held       // the room is reserved for older heads
)

// find records what the head found at part i.
func (q *Queue) find(i int, f found) {
	p := &q.parts[i]
	if p.finding == f {
		return
	}
	count := func(f found, n int) {
		switch f {
		case free:
		case full:
			p.resource.full += n
		case held:
			p.resource.held += n
		}
	}
	count(p.finding, -1)
	count(f, 1)
	p.finding = f
}

// findPause records whether the head found a pause.
func (q *Queue) findPause(paused bool) {
	if q.paused == paused {
		return
	}
	q.paused = paused
	if paused {
		q.group.held++
	} else {
		q.group.held--
	}
}

// forgetFindings resets the findings of a head that has left.
func (q *Queue) forgetFindings() {
	for i := range q.parts {
		q.find(i, free)
	}
	q.findPause(false)
}

// rank returns the rank of the head.
func (q *Queue) rank() int64 { return q.waiters.First().links.Rank }

// attach adds the queue, which has its first waiter, to its resources.
func (q *Queue) attach() {
	for i := range q.parts {
		p := &q.parts[i]
		p.place = len(p.resource.queues)
		p.resource.queues = append(p.resource.queues, q)
	}
}

// detach undoes attach.
func (q *Queue) detach() {
	for i := range q.parts {
		s, at := q.parts[i].resource, q.parts[i].place
		last := s.queues[len(s.queues)-1]
		s.queues[at] = last
		for j := range last.parts {
			if last.parts[j].resource == s {
				last.parts[j].place = at
			}
		}
		s.queues[len(s.queues)-1] = nil
		s.queues = s.queues[:len(s.queues)-1]
	}
}

// ahead returns the cost of part i of the waiters before w.
func (q *Queue) ahead(w *Waiter, i int) int {
	if w.links.Next() == nil {
		return q.parts[i].queued - w.costOf(i)
	}
	sum := 0
	for x := w.links.Prev(); x != nil; x = x.links.Prev() {
		sum += x.costOf(i)
	}
	return sum
}

// A group is the queues that one pause would hold back.
type group struct {
	key     pauses.Key
	pause   *pauses.Pause // nil if there is none
	queues  []*Queue
	waiting int
	held    int // how many heads found the pause when last examined
}

// current returns the pause that holds the group back, or nil.
func (g *group) current() *pauses.Pause {
	if g.pause != nil && g.pause.Dropped() {
		g.pause = nil
	}
	return g.pause
}

// count counts n waiters that come, or that leave if n is negative.
func (g *group) count(n int) {
	g.waiting += n
	if p := g.current(); p != nil {
		p.Waiting += n
	}
}

// The heaps of queues: by the instant at which to examine the head again, and during a scan by the
// rank of the head.
const (
	byDue = iota
	byRank
)

// heapPlace is the place of a queue in a heap.
type heapPlace struct {
	key   int64
	place int // counted from 1; 0 is nowhere
}

// A heap orders queues by a key, the smallest first.
type heap struct {
	which int
	items []*Queue
}

// first returns the queue with the smallest key, or nil.
func (h *heap) first() *Queue {
	if len(h.items) == 0 {
		return nil
	}
	return h.items[0]
}

// least returns the smallest key, or [meter.Never].
func (h *heap) least() int64 {
	if len(h.items) == 0 {
		return meter.Never
	}
	return h.key(0)
}

func (h *heap) key(i int) int64 { return h.items[i].heaps[h.which].key }

// put adds q, or moves it to its new place.
func (h *heap) put(q *Queue, key int64) {
	at := &q.heaps[h.which]
	at.key = key
	if at.place == 0 {
		h.items = append(h.items, q)
		at.place = len(h.items)
	}
	h.up(at.place - 1)
	h.down(at.place - 1)
}

// remove removes q if it is there.
func (h *heap) remove(q *Queue) {
	i := q.heaps[h.which].place - 1
	if i < 0 {
		return
	}
	n := len(h.items) - 1
	h.swap(i, n)
	h.items[n] = nil
	h.items = h.items[:n]
	q.heaps[h.which].place = 0
	if i < n {
		h.up(i)
		h.down(i)
	}
}

func (h *heap) swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.items[i].heaps[h.which].place = i + 1
	h.items[j].heaps[h.which].place = j + 1
}

func (h *heap) up(i int) {
	for i > 0 && h.key(i) < h.key((i-1)/2) {
		h.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (h *heap) down(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h.items); child++ {
			if h.key(child) < h.key(least) {
				least = child
			}
		}
		if least == i {
			return
		}
		h.swap(i, least)
		i = least
	}
}
