package bodies

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// ErrRewound says that the one reader behind a body was rewound while the body was
// being sent.
var ErrRewound = errors.New("bodies: the request body was rewound while it was being sent")

// stillRead is how long a Read in progress is waited for before a body is rewound.
const stillRead = time.Second

// Guard is for a layer that reads the body ahead. It returns a request whose GetBody may be called
// at any time before it is sent, and a function to call when the layer will not send it any more. A
// request without GetBody is returned unchanged.
//
// The GetBody of some clients does not copy: it rewinds the one body that there is, and returns
// that. Once read to its end, it leaves nothing to be sent. Guard has one body at a time read from
// such a reader, and rewinds it for a body that has not begun when its turn comes. It does the same
// for any body after which another was handed out, since both may have one reader. A body that has
// begun and lost its turn fails with [ErrRewound], one that ends before its Content-Length with a
// [ShortError]. The caller's body is closed once, after done was called and every body that is
// known to read from it is closed.
func Guard(req *http.Request) (r *http.Request, done func()) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody == nil || ours(req.Body) {
		return req, func() {}
	}
	g := &guard{get: req.GetBody, caller: req.Body, length: req.ContentLength, turn: make(chan struct{}, 1), readers: handouts{reading: 1}}
	g.first = guarded{g: g, inner: req.Body, shares: true, turn: g.turn}
	r = req.WithContext(req.Context())
	r.Body = &g.first
	r.GetBody = g.again
	return r, g.done
}

// ours reports whether a body is one that this package hands out and that has a reader of its own.
func ours(body io.ReadCloser) bool {
	switch innermost(body).(type) {
	case *guarded, *sourceReader, *section:
		return true
	}
	return false
}

// guard is the body of a caller whose GetBody may rewind it.
type guard struct {
	get    func() (io.ReadCloser, error)
	caller io.ReadCloser
	length int64
	first  guarded

	turn chan struct{} // held while the caller's reader is read or rewound

	// mu guards the fields below, and the fields of bodies that say so. It may be locked while a
	// turn is held, but not the other way round.
	mu       sync.Mutex
	gets     int             // how often get was called
	rewound  int             // the number of the latest call that is known to have rewound the caller's reader
	readers  handouts        // the bodies that share the reader
	more     []io.ReadCloser // what must be closed in addition to caller
	finished bool            // done was called
	closed   bool            // the caller's body is closed
}

// again is the GetBody of the request.
func (g *guard) again() (io.ReadCloser, error) {
	idle := take(g.turn)
	if idle {
		defer func() { <-g.turn }()
	}
	b, err := g.get()
	if err != nil || b == nil || b == http.NoBody || ours(b) {
		return b, err
	}
	shares, closes := g.relation(b, idle)
	r := &guarded{g: g, inner: b, shares: shares, turn: g.turn}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !shares:
		r.turn = make(chan struct{}, 1)
	case !idle: // a Read that does not return is using the reader, and get has moved it
		g.gotLocked(r)
		return nil, ErrNotReplayable
	default:
		g.readers.ask(&r.handout)
		g.alsoLocked(b, closes)
	}
	g.gotLocked(r)
	return r, nil
}

// gotLocked records that r reads what get has just returned. mu must be held.
func (g *guard) gotLocked(r *guarded) {
	g.gets++
	if r.got = g.gets; r.shares {
		g.rewound = r.got
	}
}

// relation reports whether a body that get has returned is known to read from the caller's reader,
// and whether it must be closed in addition to the caller's body. It looks at the caller's reader
// only if that is idle, for which its turn must be held.
func (g *guard) relation(b io.ReadCloser, idle bool) (shares, closes bool) {
	switch {
	case equal(b, g.caller):
		return true, false
	case same(b, g.caller):
		return true, true
	case idle && together(b, g.caller):
		return true, false
	}
	return false, true
}

// alsoLocked records that b must be closed with the caller's body, if closes is set. mu must be
// held.
func (g *guard) alsoLocked(b io.ReadCloser, closes bool) {
	if closes {
		g.more = append(g.more, b)
	}
}

// done records that the request will not be sent any more.
func (g *guard) done() {
	g.mu.Lock()
	g.finished = true
	g.mu.Unlock()
	_ = g.close()
}

// failed is like [source.failed].
func (g *guard) failed() {
	g.mu.Lock()
	g.readers.lose()
	g.mu.Unlock()
}

// close closes the caller's body once nobody needs it.
func (g *guard) close() error {
	g.mu.Lock()
	if !g.finished || g.readers.needed() > 0 || g.closed {
		g.mu.Unlock()
		return nil
	}
	g.closed = true
	more := g.more
	g.mu.Unlock()
	for _, b := range more {
		_ = closeInTurn(g.turn, b)
	}
	return closeInTurn(g.turn, g.caller)
}

// take takes a turn. It reports false if it did not get it within [stillRead].
func take(turn chan struct{}) bool {
	select {
	case turn <- struct{}{}:
		return true
	default:
	}
	t := time.NewTimer(stillRead)
	defer t.Stop()
	select {
	case turn <- struct{}{}:
		return true
	case <-t.C:
		return false
	}
}
