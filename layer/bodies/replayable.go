package bodies

import (
	"io"
	"net/http"
)

// Replayable is [Limits.Replayable] with one limit for every body and no bound on their sum.
func Replayable(req *http.Request, limit int64) (r *http.Request, done func()) {
	return Limits{Known: limit, Unknown: limit}.Replayable(req)
}

// Replayable returns a request whose body can be sent more than once, for a layer that may need it,
// and a function to call when the layer will make no further attempt. It returns a request without
// a body unchanged, and one whose body is an io.NopCloser of a bytes.Reader, bytes.Buffer or
// strings.Reader and has a GetBody, as http.NewRequest makes it. It guards any other with a GetBody
// ([Guard]).
//
// Otherwise the copy has a GetBody whose bodies are independent of each other. An io.NopCloser of a
// bytes.Reader, strings.Reader or io.SectionReader is read at offsets of its own. A body that can
// seek is read from where it stood, each at its own place. Any other is kept, as it is read, within
// the limits. Nothing is read ahead, so a body that is produced while it is sent still streams.
// Beyond the limit only the body of the latest attempt can be read: the first one, that of the last
// [Rewind], or one requested after it was closed. GetBody and every other body return
// [ErrNotReplayable]. Once the body itself has failed, GetBody returns its error.
//
// The original body is closed once, after done was called and every body that was handed out is
// closed. It does not wait for one that nobody read before another was handed out: net/http loses
// such a body if an HTTP/2 server goes away while a request is sent again.
func (l Limits) Replayable(req *http.Request) (r *http.Request, done func()) {
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
	s := &source{body: req.Body, length: req.ContentLength, turn: make(chan struct{}, 1), kept: l.keep(req.ContentLength)}
	s.watcher, _ = req.Body.(Watcher)
	if k, ok := req.Body.(io.Seeker); ok {
		if at, err := k.Seek(0, io.SeekCurrent); err == nil {
			s.seeker, s.offset = k, at
		}
	}
	r = req.WithContext(req.Context())
	s.latest = &sourceReader{s: s}
	s.readers.reading = 1
	r.Body = s.latest
	r.GetBody = s.again
	return r, s.done
}

// A Watcher is a request body that must know when it moves, such as one that is ended when it
// stalls. [Replayable] calls Moved when an attempt reads what was kept of the body, which the body
// itself does not see.
type Watcher interface{ Moved() }

// Streamed reports whether the body of req is one of [Replayable] that is read from the caller only
// while it is sent. Reading a copy ahead would wait for the caller to produce it.
func Streamed(req *http.Request) bool {
	r, ok := innermost(req.Body).(*sourceReader)
	return ok && r.s.seeker == nil
}
