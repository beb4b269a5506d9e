package model_test

// checkLeft checks what is left when all is over: nothing.
func (w *world) checkLeft() {
	for _, b := range w.bodies {
		// http.Client closes the body of a redirect once more.
		if b.closes != 1 && (!b.c.client || b.closes == 0) {
			w.fail("call %d: %s body closed %d times", b.c.id, b.from, b.closes)
		}
	}
	for _, c := range w.ctxs {
		if n := c.registered(); n != 0 {
			w.fail("%d functions left at a context", n)
		}
	}
	for _, a := range w.arrivals {
		if !a.ended {
			w.fail("arrival %d: the response body never ended", a.n)
		}
	}
	for _, l := range append(w.limiters, w.slots) {
		if l.InFlight() != 0 || l.Waiting() != 0 {
			w.fail("%d slots held, %d waiting", l.InFlight(), l.Waiting())
		}
	}
	for _, l := range w.throts {
		if l.Waiting() != 0 {
			w.fail("%d waiting for quota", l.Waiting())
		}
	}
	for _, r := range w.retries {
		if n := r.Buffered(); n != 0 {
			w.fail("%d bytes buffered", n)
		}
	}
}
