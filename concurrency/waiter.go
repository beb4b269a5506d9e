package concurrency

import (
	"container/heap"

	"github.com/gracy-go/gracy/internal/ranked"
)

// waiter is a request that waits for slots. It is in one of these states:
//
//	queued    in the line of those that need the same slots, by its rank
//	granted   out of the line: its slots are acquired, and it is woken
//	rejected  out of the line: it needs more than a limit has since a Resize, and
//	          it is woken
//	gone      out of the line: it gave up
//
// A waiter holds no slot before it is granted, and then all that it needs.
type waiter struct {
	links   ranked.Links[*waiter] // Rank is the time it came, less what its priority is worth
	line    *line                 // nil once it has left
	ready   chan struct{}         // closed when it is granted or rejected
	state   waiterState
	delayed bool // it found room in one limit and none in another that had some before
}

type waiterState uint8

const (
	queued waiterState = iota
	granted
	rejected
	gone
)

// Links is for the line.
func (w *waiter) Links() *ranked.Links[*waiter] { return &w.links }

// reacquireFirst puts a request that had its slots before, and suspended them,
// in front of those that never had any. It is far more than any priority is worth.
const reacquireFirst = int64(1) << 61

// fresh reports whether w never had its slots.
func (w *waiter) fresh() bool { return w.links.Rank > -reacquireFirst/2 }

// part is what a request needs of one limit and key.
type part struct {
	sem    *semaphore
	weight int32
}

// alone returns the part as the only one, without an allocation for one slot. The
// parts of a request are never changed.
func (p part) alone() []part {
	if p.weight == 1 {
		return p.sem.one[:]
	}
	return []part{p}
}

// line is the requests that need exactly the same slots, so that only the first of
// them has to be looked at. It waits at one semaphore, that has no room for it.
type line struct {
	key     lineKey
	parts   []part
	waiters ranked.List[*waiter]
	fresh   int        // how many of them are
	at      *semaphore // where it waits
	place   int        // in the heap of at
	delayed int        // in the heap of delayed lines, -1 if it is not
}

// lineKey tells lines apart: the parts, in the order of the limiter's limits.
type lineKey struct {
	first [2]part
	more  string
}

func (l *line) rank() int64 { return l.waiters.First().links.Rank }

// lineHeap is lines by the rank of their first waiters.
type lineHeap struct {
	lines []*line
	place func(*line) *int // where a line keeps its place in this heap
}

func waitingAt(l *line) *int { return &l.place }
func delayedAt(l *line) *int { return &l.delayed }

// Len implements heap.Interface.
func (h *lineHeap) Len() int { return len(h.lines) }

// Less implements heap.Interface.
func (h *lineHeap) Less(i, j int) bool { return h.lines[i].rank() < h.lines[j].rank() }

// Swap implements heap.Interface.
func (h *lineHeap) Swap(i, j int) {
	h.lines[i], h.lines[j] = h.lines[j], h.lines[i]
	*h.place(h.lines[i]), *h.place(h.lines[j]) = i, j
}

// Push implements heap.Interface.
func (h *lineHeap) Push(x any) {
	l := x.(*line) //nolint:forcetypeassert // lines only
	*h.place(l) = len(h.lines)
	h.lines = append(h.lines, l)
}

// Pop implements heap.Interface.
func (h *lineHeap) Pop() any {
	last := len(h.lines) - 1
	l := h.lines[last]
	h.lines[last] = nil
	h.lines = h.lines[:last]
	*h.place(l) = -1
	return l
}

// first returns the line with the lowest rank, nil of none.
func (h *lineHeap) first() *line {
	if len(h.lines) == 0 {
		return nil
	}
	return h.lines[0]
}

func (h *lineHeap) add(l *line)    { heap.Push(h, l) }
func (h *lineHeap) remove(l *line) { heap.Remove(h, *h.place(l)) }
func (h *lineHeap) fix(l *line)    { heap.Fix(h, *h.place(l)) }
