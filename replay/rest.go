package replay

import (
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer/bodies"
)

// rest limits what a tape reads of a response that its caller closes early. A decoder stops at the
// closing brace, and code that only looks at the status reads nothing. Meanwhile the caller waits
// in Close and holds its slot.
type rest struct {
	bytes int64 // the limit, with what the caller has read
	more  int64 // the limit after a longer read: a decoder leaves little, a drain has given up
	time  time.Duration
}

func newRest(wait time.Duration) rest { return rest{bytes: 64 << 10, more: 16 << 10, time: wait} }

// read reads the rest of a body after had bytes. length is the number of missing bytes, or -1 if
// unknown. whole says that the body ended, closed that it was closed because the time was over.
func (r rest) read(resp *http.Response, had, length int64) (data []byte, whole, closed bool) {
	limit := max(r.bytes-had, r.more)
	if limit <= 0 || length > limit {
		return nil, false, false
	}
	if length < 0 {
		limit-- // one byte shows that there is more
	}
	data, err := bodies.ReadSome(resp, limit, r.time)
	return data, err == nil, err == bodies.ErrSlow //nolint:errorlint // ReadSome returns it bare
}

// unread is a body whose rest is read by Close. Close gives up when its time is over, and the Read
// in progress goes on until closing the body ends it.
type unread struct {
	io.ReadCloser
	turn chan struct{} // held by a Read
}

func (u unread) Read(p []byte) (int, error) {
	u.turn <- struct{}{}
	defer u.release()
	return u.ReadCloser.Read(p)
}

// take takes the turn, and reports whether it came in time. The zero unread, which nobody reads,
// has no turn to take.
func (u unread) take(within time.Duration) bool {
	if u.turn == nil {
		return true
	}
	t := time.NewTimer(within)
	defer t.Stop()
	select {
	case u.turn <- struct{}{}:
		return true
	case <-t.C:
		return false
	}
}

// release ends a turn.
func (u unread) release() {
	if u.turn != nil {
		<-u.turn
	}
}
