package bodies

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// source is the body of the caller, read by several attempts, each at its own position.
type source struct {
	body   io.ReadCloser
	seeker io.Seeker
	offset int64
	length int64 // the Content-Length, 0 or less if it is not known

	watcher Watcher // the body, if it is a Watcher

	turn  chan struct{} // held while the body is read; guards place
	place int64         // the position of a body that can seek, counted from offset

	// mu guards the fields below, and closed of every reader. It may be locked while turn is held,
	// but not the other way round.
	mu       sync.Mutex
	latest   *sourceReader // the only one that may read beyond what is kept
	kept     kept          // what was read so far, if the body cannot seek
	err      error         // how the body ended; if it can seek, only a fault
	readers  handouts
	finished bool // done was called
	closed   bool // the body is closed
}

// again is the GetBody of the request.
func (s *source) again() (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.goneLocked(); err != nil {
		return nil, err
	}
	r := &sourceReader{s: s}
	if s.latest.closed || s.latest.waits {
		s.latest = r
	}
	s.readers.ask(&r.handout)
	return r, nil
}

// goneLocked returns why there can be no further reader, or nil. mu must be held.
func (s *source) goneLocked() error {
	switch {
	case s.err != nil && !errors.Is(s.err, io.EOF):
		return s.err // only a part of the body could be sent
	case s.closed:
		return ErrNotReplayable
	case s.kept.over:
		return s.kept.lost()
	}
	return nil
}

// done records that no further reader will be requested.
func (s *source) done() {
	s.mu.Lock()
	s.finished = true
	s.dropLocked()
	s.mu.Unlock()
	_ = s.close()
}

// failed records that a reader which GetBody returned and nobody has read is lost.
func (s *source) failed() {
	s.mu.Lock()
	s.readers.lose()
	s.mu.Unlock()
}

// dropLocked gives up what is kept once no reader will need it again. mu must be held. If the body
// can seek, nothing is kept, and mu does not guard the positions of its readers.
func (s *source) dropLocked() {
	n := s.readers.needed()
	if s.finished && (n == 0 || s.seeker == nil && n == 1 && !s.latest.closed && s.latest.at >= s.kept.read) {
		s.kept.drop()
	}
}

// close closes the body once no reader needs it.
func (s *source) close() error {
	s.mu.Lock()
	if !s.finished || s.readers.needed() > 0 || s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	return closeInTurn(s.turn, s.body)
}

// sourceReader is a body of one attempt.
type sourceReader struct {
	s       *source
	at      int64 // how much it has read; guarded by s.mu if the body cannot seek
	closed  bool  // guarded by s.mu
	handout       // guarded by s.mu
}

func (r *sourceReader) Read(p []byte) (int, error) {
	if n, err, ok := r.known(p); ok {
		if r.s.watcher != nil {
			r.s.watcher.Moved()
		}
		return n, err
	}
	s := r.s
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.seeker != nil {
		return r.seek(p)
	}
	// Another reader may have read while this one waited for its turn.
	if n, err, ok := r.known(p); ok {
		return n, err
	}
	allowed := r.allowed(len(p))
	switch {
	case allowed > 0 || len(p) == 0:
	case r.at == s.length: // if more follows, the latest attempt finds it
		return 0, io.EOF
	default:
		return 0, ErrNotReplayable
	}
	n, err := s.body.Read(p[:allowed])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.room(n) // only now, and not for all of p: HTTP/2 reads five bytes into 512 KiB
	s.kept.add(p[:n])
	r.at += int64(n)
	s.err = lengthened(s.kept.read, s.length, err)
	return n, s.err
}

// known reads from what is kept. ok is false if the body itself must be read.
func (r *sourceReader) known(p []byte) (n int, err error, ok bool) { //nolint:revive // the results of Read come first
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.closed, s.closed:
		return 0, http.ErrBodyReadAfterClose, true
	}
	s.readers.begin(&r.handout)
	switch {
	case s.seeker != nil:
		return 0, nil, false
	case r.at < s.kept.read && s.kept.over:
		return 0, ErrNotReplayable, true
	case r.at < s.kept.read:
		n = s.kept.copyAt(p, r.at)
		r.at += int64(n)
		s.dropLocked()
		return n, nil, true
	case s.err != nil:
		return 0, s.err, true
	}
	return 0, nil, false
}

// allowed returns how many of n bytes r may read. What is not kept is for the latest attempt alone,
// so for any other attempt there must be room first.
func (r *sourceReader) allowed(n int) int {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.s.latest == r {
		return n
	}
	return r.s.kept.room(n)
}

// attempt makes r the body of the latest attempt.
func (r *sourceReader) attempt() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	r.s.readers.begin(&r.handout)
	r.s.latest = r
}

// seek reads at the position of the reader. turn must be held.
func (r *sourceReader) seek(p []byte) (int, error) {
	s := r.s
	if s.place != r.at {
		if _, err := s.seeker.Seek(s.offset+r.at, io.SeekStart); err != nil {
			return 0, err
		}
	}
	n, err := s.body.Read(p)
	r.at += int64(n)
	s.place = r.at
	err = lengthened(r.at, s.length, err)
	if err != nil && !errors.Is(err, io.EOF) {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return n, err
}

func (r *sourceReader) Close() error {
	r.s.mu.Lock()
	if r.closed {
		r.s.mu.Unlock()
		return nil
	}
	r.closed = true
	r.s.readers.end(&r.handout)
	r.s.dropLocked()
	r.s.mu.Unlock()
	return r.s.close()
}
