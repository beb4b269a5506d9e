package redact

import (
	"cmp"
	"slices"
)

// edits are the masks of a body, in any order. Of two that overlap, the one that begins first
// counts, then the longer one, then the one that leaves nothing.
type edits struct{ list []edit }

type edit struct {
	from, to int
	text     string
	whole    bool // nothing of the original is left
}

// put replaces b[from:to] by text.
func (e *edits) put(b []byte, from, to int, text string) {
	if string(b[from:to]) != text {
		e.list = append(e.list, edit{from: from, to: to, text: text})
	}
}

// cover replaces b[from:to] by text, and overrides other edits there.
func (e *edits) cover(from, to int, text string) {
	e.list = append(e.list, edit{from, to, text, true})
}

// apply returns b with the edits, or b itself if there are none.
func (e *edits) apply(b []byte) []byte {
	if len(e.list) == 0 {
		return b
	}
	order := func(a, b edit) int {
		wholeFirst := 0
		if a.whole != b.whole {
			wholeFirst = 1
			if a.whole {
				wholeFirst = -1
			}
		}
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), wholeFirst)
	}
	if !slices.IsSortedFunc(e.list, order) {
		slices.SortFunc(e.list, order)
	}
	out := make([]byte, 0, len(b)+len(Mask))
	done := 0 // the number of bytes of b that out covers
	for _, x := range e.list {
		if x.from < done {
			continue
		}
		out = append(append(out, b[done:x.from]...), x.text...)
		done = x.to
	}
	return append(out, b[done:]...)
}
