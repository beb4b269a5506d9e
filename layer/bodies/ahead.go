package bodies

import (
	"io"
	"math"
	"slices"
	"sync"
	"time"
)

// ahead reads the start of a body. If there is a bound of time it does so in a goroutine of its
// own, so that a read in progress when the time is over can be abandoned.
type ahead struct {
	body  io.ReadCloser
	limit int64
	done  chan struct{} // closed when the reading has ended

	// mu guards the fields below. After done is closed they no longer change.
	mu       sync.Mutex
	data     []byte // up to one byte more than limit
	left     bool   // within has returned: what arrives now is late
	late     []byte
	err      error // how the body ended, nil if it has not
	panicked any   // what a Read panicked with
}

func readAhead(body io.ReadCloser, limit int64) *ahead {
	limit = min(limit, math.MaxInt64-1) // one byte more is read
	return &ahead{body: body, limit: limit, done: make(chan struct{})}
}

// within reads for at most d, or for as long as it takes if d is 0.
func (a *ahead) within(d time.Duration) ([]byte, error) {
	if d <= 0 {
		a.read()
		return a.result()
	}
	go a.read()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-a.done:
		return a.result()
	case <-t.C:
	}
	a.mu.Lock()
	a.left = true
	data := slices.Clip(a.data)
	a.mu.Unlock()
	select {
	case <-a.done: // the reading ended at the same instant
		return a.result()
	default:
		return data, ErrSlow
	}
}

// result returns what was read once the reading has ended.
func (a *ahead) result() ([]byte, error) {
	switch {
	case a.panicked != nil:
		panic(a.panicked) // in the goroutine of the caller, as if it had read itself
	case len(a.late) > 0:
		return a.data, ErrSlow
	case int64(len(a.data)) > a.limit:
		return a.data, ErrLong
	case a.err == io.EOF: //nolint:errorlint // a body ends with the bare io.EOF
		return a.data, nil
	}
	return a.data, a.err
}

// read reads until the body ends, one byte more than limit has been read, or nobody waits.
func (a *ahead) read() {
	defer close(a.done)
	a.err = io.ErrUnexpectedEOF // if a Read ends this goroutine
	defer func() {
		if v := recover(); v != nil {
			a.panicked = v
		}
	}()
	buf := make([]byte, 0, 512)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		end := min(int64(cap(buf)), a.limit+1)
		n, err := a.body.Read(buf[len(buf):end])
		if !a.add(&buf, n, err) {
			return
		}
	}
}

// add publishes n bytes that were read behind those of buf, and reports whether to continue. A
// caller to which within has returned uses buf only up to its former length.
func (a *ahead) add(buf *[]byte, n int, err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	was := len(*buf)
	*buf = (*buf)[:was+n]
	if a.err = err; a.left {
		a.late = (*buf)[was:]
		return false
	}
	a.data = *buf
	return err == nil && int64(len(a.data)) <= a.limit
}

// rest is what follows the data of an ahead: what arrived late, then the body.
type rest struct {
	*ahead
	read int // how much of late was read
}

func (r *rest) Read(p []byte) (int, error) {
	<-r.done
	switch {
	case r.panicked != nil:
		panic(r.panicked)
	case r.read < len(r.late):
		n := copy(p, r.late[r.read:])
		r.read += n
		return n, nil
	case r.err != nil:
		return 0, r.err
	}
	return r.body.Read(p)
}
