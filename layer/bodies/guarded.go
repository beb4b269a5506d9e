package bodies

import (
	"io"
	"net/http"
)

// guarded is a body of one attempt of a [guard].
type guarded struct {
	g      *guard
	shares bool          // it is known to read from the caller's reader
	turn   chan struct{} // held while inner is read: that of the guard if it shares
	at     int64         // how much was read; guarded by turn

	// The guard's mu guards the fields below. To change inner or got, turn must be held too.
	inner  io.ReadCloser
	unread []io.ReadCloser // previous values of inner
	got    int             // which call of get inner is from, 0 for the caller's body
	closed bool
	cut    bool // the attempt is over, and nobody may read any more
	handout
}

func (r *guarded) Read(p []byte) (int, error) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if err := r.ready(); err != nil {
		return 0, err
	}
	n, err := r.inner.Read(p)
	r.at += int64(n)
	return n, lengthened(r.at, r.g.length, err)
}

// ready positions inner where r is, or returns why it cannot. turn must be held.
func (r *guarded) ready() error {
	g := r.g
	g.mu.Lock()
	over, lost, stale := r.closed || r.cut || r.shares && g.closed, r.shares && r.got < g.rewound, r.got < g.gets
	if !over {
		g.readers.begin(&r.handout)
	}
	g.mu.Unlock()
	switch {
	case over:
		return http.ErrBodyReadAfterClose
	case r.at > 0 && lost:
		return ErrRewound
	case r.at > 0 || !stale:
		return nil
	}
	return r.renew()
}

// renew calls get again, since another body has been requested meanwhile, which may have read what
// inner should read. turn must be held.
func (r *guarded) renew() error {
	g := r.g
	if !r.shares {
		if !take(g.turn) { // a Read that does not return is using the caller's reader
			return nil
		}
		defer func() { <-g.turn }()
	}
	b, err := g.get()
	if err != nil {
		return err
	}
	if b == nil {
		return ErrNotReplayable
	}
	_, closes := g.relation(b, true)
	if r.renewed(b, closes) {
		return nil
	}
	if closes {
		_ = b.Close()
	}
	return http.ErrBodyReadAfterClose
}

// renewed makes r read b. It reports false if r may no longer read, and then does not take over b.
func (r *guarded) renewed(b io.ReadCloser, closes bool) bool {
	g := r.g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gotLocked(r)
	switch {
	case equal(b, r.inner):
	case r.closed: // meanwhile
		return false
	case r.shares: // the guard closes the previous one
		g.alsoLocked(b, closes)
		r.inner = b
	default:
		r.inner, r.unread = b, append(r.unread, r.inner)
	}
	return true
}

// cutOff ends the body. Its attempt is over, and a read by the base must not move a reader that is
// about to be sent again. cutOff waits for a Read in progress.
func (r *guarded) cutOff() {
	r.g.mu.Lock()
	r.cut = true
	r.g.mu.Unlock()
	if take(r.turn) {
		<-r.turn
	}
}

func (r *guarded) Close() error {
	g := r.g
	g.mu.Lock()
	if r.closed {
		g.mu.Unlock()
		return nil
	}
	r.closed = true
	inner, unread := r.inner, r.unread
	if r.shares {
		g.readers.end(&r.handout)
	}
	g.mu.Unlock()
	if r.shares {
		return g.close()
	}
	for _, b := range unread {
		_ = b.Close()
	}
	return closeInTurn(r.turn, inner)
}
