package bodies

// handouts counts the readers of one body that may still read it. A mutex of the body's owner
// guards it.
//
// A reader that GetBody returned and that nobody reads before another one is begun is lost: when
// the HTTP/2 of net/http finds no connection for a request that it sends again, it does not close
// the body.
type handouts struct {
	reading int      // open readers that were begun, or were not requested by GetBody
	newest  *handout // the reader that was requested last, nil if another was begun since
}

// A handout is one reader of a body.
type handout struct {
	begun bool // it has been read or sent
	waits bool // it was requested, and nobody has read, sent or closed it
}

// ask adds a reader that GetBody returns.
func (h *handouts) ask(o *handout) { o.waits, h.newest = true, o }

// begin records that a reader is being read or sent.
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

// lose records that nobody will read the newest requested reader, if it waits.
func (h *handouts) lose() { h.newest = nil }

// end records that a reader was closed.
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
