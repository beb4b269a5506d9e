package bodies

// handouts counts the readers of one body that may still read it. A mutex of the body guards it.
//
// One that was asked for by GetBody and that nobody reads before another one is lost:
// net/http's HTTP/2 closes no body with which it finds no connection for a request that it
// sends again.
type handouts struct {
	reading int      // those that did not have to be asked for, or are read or sent, and are not closed
	newest  *handout // the one that was asked for last, nil if another one was begun since
}

// A handout is one reader of a body.
type handout struct {
	begun bool // it is read or sent
	waits bool // it was asked for, and nobody has read, sent or closed it
}

// ask adds a reader that GetBody returns.
func (h *handouts) ask(o *handout) { o.waits, h.newest = true, o }

// begin records that a reader is read or sent.
func (h *handouts) begin(o *handout) {
	if o.begun {
		return
	}
	o.begun = true
	if o.waits {
		o.waits = false
		h.reading++
	}
	if h.newest != o {
		h.newest = nil
	}
}

// lose records that nobody will read the newest that was asked for, if it waits.
func (h *handouts) lose() { h.newest = nil }

// end records that a reader is closed.
func (h *handouts) end(o *handout) {
	if !o.waits {
		h.reading--
	}
	o.waits = false
}

// needed returns how many readers may still read.
func (h *handouts) needed() int {
	if h.newest != nil && h.newest.waits {
		return h.reading + 1
	}
	return h.reading
}
