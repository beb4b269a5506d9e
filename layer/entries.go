package layer

import (
	"math"
	"sync/atomic"
)

// entries say which of the layers directly inside foreign ones a request of a row is in. There
// may be several, each inside the one before, known by their depth. The lower half of word is the
// depth of the innermost layer that was entered, the upper half that of the outermost that was
// left again. 0 is none.
type entries struct{ word atomic.Uint32 }

const halfWord = 16

// place returns a depth as entries hold it.
func place(depth int) uint32 { return uint32(min(depth, math.MaxUint16-2) + 1) } //nolint:gosec // bounded

// enter records that a request enters a layer. It returns false if a request of the row has been
// there already: then this is another one.
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

// entered reports whether a request of the row has been in the layer, or in one inside it.
func (e *entries) entered(depth int) bool {
	in := e.word.Load() & math.MaxUint16
	return in != 0 && in <= place(depth)
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

// follow makes e the entries of a row that replaces another, whichever layers that is still in.
// outcome is the row of its outcome, which differs if a hedge has returned that of another request. That
// one may have begun further inside, so what the replaced row has left counts too.
func (e *entries) follow(before, outcome *entries) {
	word := outcome.word.Load()
	in := word & math.MaxUint16
	if out := max(word, before.word.Load()) >> halfWord; out != 0 {
		in = out + 1 // the layers that it has left can be entered again
	}
	e.word.Store(in)
}
