package timeout

import (
	"io"
	"net/http"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer/bodies"
)

var _ bodies.Watcher = (*upload)(nil)

// uploading returns a copy of req, in room, with the context of the deadline. If the deadline has a
// limit, the body of the copy reports to it when it moves.
func (l *deadline) uploading(req, room *http.Request) *http.Request {
	r := room
	*r = *req.WithContext(&l.ctx)
	if r.Body == nil || r.Body == http.NoBody || l.rule.limit == 0 && l.rule.idle == 0 {
		return r
	}
	r.Body = l.upload(r.Body)
	if again := r.GetBody; again != nil {
		r.GetBody = func() (io.ReadCloser, error) {
			b, err := again()
			if err != nil || b == nil || b == http.NoBody {
				return b, err
			}
			return l.upload(b), nil
		}
	}
	return r
}

// upload returns a request body that reports when it moves. It can seek if body can.
func (l *deadline) upload(body io.ReadCloser) io.ReadCloser {
	u := &upload{inner: body, deadline: l}
	if s, ok := body.(io.Seeker); ok {
		return seekingUpload{u, s}
	}
	return u
}

// upload is a request body. It moves when it is read: then what was read before has been written to
// the connection or its buffer.
type upload struct {
	inner    io.ReadCloser
	deadline *deadline
	state    atomic.Uint32 // atomic, since it may be closed while it is read
	closed   atomic.Bool
}

// The states of an upload.
const (
	unread uint32 = iota
	sending
	reading // sending, and a Read is under way
	sent    // or given up
	stopped // closed by the layer, during a Read
)

func (u *upload) Read(p []byte) (int, error) {
	if u.state.CompareAndSwap(unread, reading) {
		u.deadline.latest.Store(u)
		u.deadline.send()
	} else {
		if !u.state.CompareAndSwap(sending, reading) && u.state.Load() == stopped {
			return 0, http.ErrBodyReadAfterClose
		}
		u.deadline.move()
	}
	n, err := u.inner.Read(p)
	u.state.CompareAndSwap(reading, sending)
	u.deadline.move()
	if err != nil {
		u.end()
	}
	return n, err
}

func (u *upload) end() {
	if was := u.state.Swap(sent); was == sending || was == reading {
		u.deadline.done()
	}
}

// Unwrap returns the inner body, by which package bodies recognizes a reader that it has seen
// before.
func (u *upload) Unwrap() io.ReadCloser { return u.inner }

// Moved implements [bodies.Watcher].
func (u *upload) Moved() { u.deadline.move() }

// stop closes the body during a Read. If that returns data nevertheless, no other Read follows.
func (u *upload) stop() {
	if u.state.CompareAndSwap(reading, stopped) {
		u.deadline.done()
		_ = u.close()
	}
}

// Close closes the body once.
func (u *upload) Close() error {
	u.end()
	return u.close()
}

func (u *upload) close() error {
	if u.closed.Swap(true) {
		return nil
	}
	return u.inner.Close()
}

type seekingUpload struct {
	*upload
	io.Seeker
}
