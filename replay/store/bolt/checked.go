package bolt

import "sync/atomic"

// checked knows which pages of a file need no further check. Pages that bbolt wrote in this process
// are among them, so a checked page stays checked.
type checked struct {
	high   uint64 // the first page after the end of the file when it was opened
	whole  pages
	formed pages // pages of which only the form was checked
}

func newChecked(high uint64) *checked {
	sets := high/setPages + 1
	return &checked{high: high, whole: make(pages, sets), formed: make(pages, sets)}
}

// pages has a bit for each page, in sets that are allocated when needed, since most users look at
// little of a long tape.
type pages []atomic.Pointer[pageSet]

const setPages = 4096

type pageSet [setPages / 64]atomic.Uint64

func (p pages) has(id uint64) bool {
	set := p[id/setPages].Load()
	return set != nil && set[id%setPages/64].Load()>>(id%64)&1 != 0
}

func (p pages) add(id uint64) {
	at := &p[id/setPages]
	if at.Load() == nil {
		at.CompareAndSwap(nil, new(pageSet)) // unless another goroutine has made it
	}
	at.Load()[id%setPages/64].Or(1 << (id % 64))
}

// needs reports which checks a page needs: of its form, and of its content.
func (c *checked) needs(id uint64, all bool) (form, content bool) {
	if id >= c.high || c.whole.has(id) {
		return false, false
	}
	return all || !c.formed.has(id), all
}

func (c *checked) add(id uint64, all bool) {
	if all {
		c.whole.add(id)
		return
	}
	c.formed.add(id)
}
