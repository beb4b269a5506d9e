package transport

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// Replayable returns a request whose body can be sent more than once, for a
// layer that may need it, and a function to call when no further attempt will
// be made. A request without a body or with GetBody is returned as it is.
//
// Otherwise the copy has a GetBody: a body that can seek goes back to where it
// stood; any other is kept, as it is read, up to limit bytes. Nothing is read
// ahead, so a body that is produced while it is sent streams as before. GetBody
// fails with [ErrNotReplayable] where more than limit bytes were read or the
// attempt before still reads. The copy before it gets an error from then on.
//
// The original body is closed once, after done was called and the attempts
// have closed theirs.
func Replayable(req *http.Request, limit int64) (r *http.Request, done func()) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return req, func() {}
	}
	s := &source{body: req.Body, limit: limit, turn: make(chan struct{}, 1)}
	if k, ok := req.Body.(io.Seeker); ok {
		if at, err := k.Seek(0, io.SeekCurrent); err == nil {
			s.seeker, s.offset = k, at
		}
	}
	r = req.WithContext(req.Context())
	r.Body = s.first()
	r.GetBody = s.again
	return r, s.done
}

// source is a body that several attempts read in turn, each through a reader
// of its own; a new reader revokes the one before.
type source struct {
	body   io.ReadCloser
	seeker io.Seeker
	offset int64
	limit  int64
	turn   chan struct{} // held while the body is read or sought

	kept []byte // under turn: what was read so far, unless it can seek
	over bool   // under turn: more than limit was read

	mu       sync.Mutex
	current  *sourceReader
	finished bool
	closed   bool
	closeErr error
}

// turnTime bounds how long a new attempt waits for a read of the one before.
const turnTime = time.Second

var errRevoked = errors.New("transport: the request body went on to a later attempt")

func (s *source) first() *sourceReader {
	s.current = &sourceReader{s: s}
	return s.current
}

func (s *source) again() (io.ReadCloser, error) {
	t := time.NewTimer(turnTime)
	defer t.Stop()
	select {
	case s.turn <- struct{}{}:
	case <-t.C:
		return nil, ErrNotReplayable
	}
	defer func() { <-s.turn }()
	if s.over {
		return nil, ErrNotReplayable
	}
	if s.seeker != nil {
		if _, err := s.seeker.Seek(s.offset, io.SeekStart); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrNotReplayable
	}
	return s.first(), nil
}

// done says that no reader will be asked for any more.
func (s *source) done() {
	s.mu.Lock()
	s.finished = true
	idle := s.current.closed
	s.mu.Unlock()
	if idle {
		_ = s.close()
	}
}

func (s *source) close() error {
	s.mu.Lock()
	if s.closed {
		defer s.mu.Unlock()
		return s.closeErr
	}
	s.closed = true
	s.mu.Unlock()
	err := s.body.Close()
	s.mu.Lock()
	s.closeErr = err
	s.mu.Unlock()
	return err
}

type sourceReader struct {
	s      *source
	at     int
	closed bool // under s.mu
}

func (r *sourceReader) Read(p []byte) (int, error) {
	s := r.s
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.mu.Lock()
	revoked, closed := s.current != r, r.closed
	s.mu.Unlock()
	switch {
	case revoked:
		return 0, errRevoked
	case closed:
		return 0, http.ErrBodyReadAfterClose
	case r.at < len(s.kept):
		n := copy(p, s.kept[r.at:])
		r.at += n
		return n, nil
	}
	n, err := s.body.Read(p)
	if s.seeker == nil && !s.over {
		if int64(len(s.kept)+n) > s.limit {
			s.over, s.kept = true, nil
		} else {
			s.kept = append(s.kept, p[:n]...)
			r.at += n
		}
	}
	return n, err
}

func (r *sourceReader) Close() error {
	r.s.mu.Lock()
	r.closed = true
	last := r.s.finished && r.s.current == r
	r.s.mu.Unlock()
	if last {
		return r.s.close()
	}
	return nil
}
