package bodies

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Replayable returns a request whose body can be sent more than once, for a
// layer that may need it, and a function to call when the layer will make no
// further attempt. A request without a body is returned as it is, and so is one whose
// body is an io.NopCloser of a bytes.Reader, bytes.Buffer or strings.Reader and has a
// GetBody, as http.NewRequest makes it; any other with a GetBody is guarded ([Guard]).
//
// Otherwise the copy has a GetBody whose bodies are independent of each other:
// an io.NopCloser of a bytes.Reader, strings.Reader or io.SectionReader is read at
// offsets of its own, a body that can seek from where it stood, each at its own place;
// any other is kept, as it is read, up to limit bytes. Nothing is read ahead, so a
// body that is produced while it is sent streams as before. Beyond limit only
// the body of the latest attempt can be read: the first one's, that of the last
// [Rewind], or one that was asked for after it was closed. GetBody and every
// other body return [ErrNotReplayable]. Once the body itself has failed, GetBody
// returns its error.
//
// The original body is closed once, after done was called and every body that
// was handed out is closed.
func Replayable(req *http.Request, limit int64) (r *http.Request, done func()) {
	switch {
	case req.Body == nil || req.Body == http.NoBody:
		return req, func() {}
	case req.GetBody != nil:
		if inMemory(req.Body) {
			return req, func() {}
		}
		return Guard(req)
	}
	if r := sectioned(req); r != nil {
		return r, func() {}
	}
	s := &source{body: req.Body, limit: limit, length: req.ContentLength, turn: make(chan struct{}, 1)}
	s.watcher, _ = req.Body.(Watcher)
	if k, ok := req.Body.(io.Seeker); ok {
		if at, err := k.Seek(0, io.SeekCurrent); err == nil {
			s.seeker, s.offset = k, at
		}
	}
	r = req.WithContext(req.Context())
	s.latest = s.readerLocked()
	r.Body = s.latest
	r.GetBody = s.again
	return r, s.done
}

// A Watcher is a request body that wants to know when it moves, as one does that is
// ended when it stalls. [Replayable] calls Moved when an attempt reads what was kept
// of the body, which the body itself does not see.
type Watcher interface{ Moved() }

// Streamed reports whether the body of req is one of [Replayable] that is read
// from the caller only as it is sent. Reading a copy ahead would wait for the
// caller to produce it.
func Streamed(req *http.Request) bool {
	r, ok := innermost(req.Body).(*sourceReader)
	return ok && r.s.seeker == nil
}

// source is the body of the caller, read by several attempts, each at its own
// place.
type source struct {
	body   io.ReadCloser
	seeker io.Seeker
	offset int64
	limit  int64
	length int64 // the Content-Length, 0 or less if it is not known

	watcher Watcher // the body, nil if it is none

	turn  chan struct{} // held while the body is read; guards place
	place int64         // the position of a body that can seek, counted from offset

	// mu guards the fields below, and closed of every reader. It is taken while
	// turn is held, never the other way round.
	mu       sync.Mutex
	latest   *sourceReader // the only one that may read beyond limit
	kept     []byte        // what was read so far of a body that cannot seek
	over     bool          // more than limit was read, and kept is gone
	read     int64         // how much was read of a body that cannot seek
	err      error         // how the body ended; of one that can seek only a fault
	open     int           // the number of readers that are not closed
	finished bool          // done was called
	closed   bool          // the body is closed
}

// readerLocked returns a new reader. mu must be held, unless s is not shared yet.
func (s *source) readerLocked() *sourceReader {
	s.open++
	return &sourceReader{s: s}
}

// again is the GetBody of the request.
func (s *source) again() (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.goneLocked(); err != nil {
		return nil, err
	}
	r := s.readerLocked()
	if s.latest.closed {
		s.latest = r
	}
	return r, nil
}

// goneLocked returns why there is no further reader, nil if there may be one.
func (s *source) goneLocked() error {
	switch {
	case s.err != nil && !errors.Is(s.err, io.EOF):
		return s.err // what could be sent is only a part of the body
	case s.over, s.closed:
		return ErrNotReplayable
	}
	return nil
}

// done records that no further reader will be asked for.
func (s *source) done() {
	s.mu.Lock()
	s.finished = true
	s.mu.Unlock()
	_ = s.close()
}

// close closes the body once no reader needs it.
func (s *source) close() error {
	s.mu.Lock()
	if !s.finished || s.open > 0 || s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	return s.body.Close()
}

// sourceReader is a body of one attempt.
type sourceReader struct {
	s      *source
	at     int64 // how much it has read; only its reader uses it
	closed bool  // guarded by s.mu
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
	// Another reader may have read on while this one waited for its turn.
	if n, err, ok := r.known(p); ok {
		return n, err
	}
	n, err := s.body.Read(p[:r.allowed(len(p))])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read += int64(n)
	r.at += int64(n)
	s.err = lengthened(s.read, s.length, err)
	switch {
	case s.over:
	case s.read > s.limit:
		s.over, s.kept = true, nil
	default:
		s.kept = append(s.kept, p[:n]...)
	}
	return n, s.err
}

// known reads from what is kept. ok is false if the body itself must be read.
func (r *sourceReader) known(p []byte) (n int, err error, ok bool) { //nolint:revive // the results of Read come first
	s := r.s
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.closed:
		return 0, http.ErrBodyReadAfterClose, true
	case s.seeker != nil:
		return 0, nil, false
	case r.at < int64(len(s.kept)):
		n = copy(p, s.kept[r.at:])
		r.at += int64(n)
		return n, nil, true
	case r.at < s.read:
		return 0, ErrNotReplayable, true
	case s.err != nil:
		return 0, s.err, true
	case s.latest != r && s.read >= s.limit:
		return 0, ErrNotReplayable, true
	}
	return 0, nil, false
}

// allowed returns how many of n bytes r may read: beyond the limit nothing is kept,
// and the bytes belong to the latest attempt.
func (r *sourceReader) allowed(n int) int64 {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.s.latest == r {
		return int64(n)
	}
	return min(int64(n), r.s.limit-r.s.read)
}

// attempt makes r the body of the latest attempt.
func (r *sourceReader) attempt() {
	r.s.mu.Lock()
	r.s.latest = r
	r.s.mu.Unlock()
}

// seek reads at the place of the reader. turn must be held.
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
	r.s.open--
	r.s.mu.Unlock()
	return r.s.close()
}
