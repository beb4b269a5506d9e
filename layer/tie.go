package layer

import (
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/ending"
)

// tied is an ender with its own link in the list of a row.
type tied = ending.Tie[*Attempt]

// ties are the ties of a row, the latest first.
type ties struct{ first atomic.Pointer[tied] }

// add registers t for the end of the body of a. ts must be the ties of a.
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

// end calls each tie and removes it.
func (ts *ties) end(a *Attempt) {
	if ts.first.Load() == nil {
		return
	}
	for t := ts.first.Swap(nil); t != nil; {
		next := t.Next // once called, a tie belongs to its owner again
		t.BodyEnd(a)
		t = next
	}
}
