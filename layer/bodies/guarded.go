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

	// The guard's mu guards what follows. Whoever changes inner or got holds turn too.
	inner  io.ReadCloser
	unread []io.ReadCloser // what inner was before
	got    int             // which call of get inner is from, 0 for the caller's body
	closed bool
	cut    bool // the attempt is over, and nobody may read on
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

// ready makes inner stand where r is, or returns why it cannot. turn must be held.
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

// renew asks get for the body once more, since another one has been asked for, which may
// have read what inner was to read. turn must be held.
func (r *guarded) renew() error {
	g := r.g
	if !r.shares {
		if !take(g.turn) { // a Read that does not return has the caller's reader
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

// renewed makes r read b, and reports whether it still may: if not, b is nobody's.
func (r *guarded) renewed(b io.ReadCloser, closes bool) bool {
	g := r.g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gotLocked(r)
	switch {
	case equal(b, r.inner):
	case r.closed: // meanwhile
		return false
	case r.shares: // the guard closes what it was
		g.alsoLocked(b, closes)
		r.inner = b
	default:
		r.inner, r.unread = b, append(r.unread, r.inner)
	}
	return true
}

// cutOff ends the body: its attempt is over, and what the base still reads of it
// must not move a reader that is to be sent again. It waits for a Read under way.
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
	return inner.Close()
}
