package layer

import (
	"math"
	"sync/atomic"
)

// entries say which of the layers right inside foreign ones a request of a row is in. There
// may be several, each inside the one before, known by their depth. It
// holds the depth of the innermost that it has entered, in the lower half, and of the
// outermost that it has left again; 0 is none.
type entries struct{ word atomic.Uint32 }

const halfWord = 16

// place is a depth as entries hold it.
func place(depth int) uint32 { return uint32(min(depth, math.MaxUint16-2) + 1) } //nolint:gosec // bounded

// enter records that a request enters a layer. It is false if one of the row has been
// there already: then this one is another.
func (e *entries) enter(depth int) bool {
	at := place(depth)
	for {
		old := e.word.Load()
		if in := old & math.MaxUint16; in != 0 && in <= at {
			return false
		}
		if e.word.CompareAndSwap(old, old&^math.MaxUint16|at) {
			return true
		}
	}
}

// leave records that the layer has returned.
func (e *entries) leave(depth int) {
	for {
		old := e.word.Load()
		out := max(old>>halfWord, place(depth))
		if e.word.CompareAndSwap(old, out<<halfWord|old&math.MaxUint16) {
			return
		}
	}
}

// left reports whether the layer has returned.
func (e *entries) left(depth int) bool { return e.word.Load()>>halfWord >= place(depth) }

// follow makes the entries those of a row that takes the place of another, in whichever
// layers that still is.
func (e *entries) follow(before *entries) {
	word := before.word.Load()
	in := word & math.MaxUint16
	if out := word >> halfWord; out != 0 {
		in = out + 1 // those that it has left can be entered again
	}
	e.word.Store(in)
}
