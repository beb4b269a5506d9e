package layer

import (
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/ending"
)

// tied is an ender that brings its own place in the list of a row.
type tied = ending.Tie[*Attempt]

// ties are those of a row, the latest first.
type ties struct{ first atomic.Pointer[tied] }

// add registers t for the end of the body of a, whose ties these are.
func (ts *ties) add(a *Attempt, t *tied) {
	for {
		t.Next = ts.first.Load()
		if ts.first.CompareAndSwap(t.Next, t) {
			break
		}
	}
	if a.is(flagBodyEnded) {
		ts.end(a)
	}
}

// end calls each of the ties that are there.
func (ts *ties) end(a *Attempt) {
	if ts.first.Load() == nil {
		return
	}
	for t := ts.first.Swap(nil); t != nil; {
		next := t.Next // a tie that has been called belongs to its owner again
		t.BodyEnd(a)
		t = next
	}
}
