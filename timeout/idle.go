package timeout

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// watch ends the body of resp when a read of it receives no data for the time d.
// Bodies that can be written to are not watched: an upgraded connection may have
// nothing to send.
func watch(resp *http.Response, d time.Duration) {
	if resp.Body == nil || resp.Body == http.NoBody {
		return
	}
	if _, ok := resp.Body.(io.Writer); ok {
		return
	}
	b := &idleBody{inner: resp.Body, after: d, epoch: time.Now()}
	if _, ok := b.inner.(io.WriterTo); ok {
		resp.Body = idleWriterTo{b}
		return
	}
	resp.Body = b
}

// idleBody measures only the time that its reads take: the time between them is the
// reader's. One timer serves all reads. When it fires it examines the read under
// way, so that a read costs one reading of the clock and no more.
type idleBody struct {
	inner io.ReadCloser
	after time.Duration
	epoch time.Time // the zero of since

	since atomic.Int64 // the start of the read under way, 1 or more; idle or cut otherwise
	armed atomic.Bool  // whether the timer will fire

	mu    sync.Mutex // mu guards timer
	timer *time.Timer

	once     sync.Once
	closeErr error
}

// The values of since while no read is under way.
const (
	idle = 0
	cut  = -1 // the body has been ended by the limit
)

// startRead records the start of a read, and reports false once the body is cut.
func (b *idleBody) startRead() (at int64, ok bool) {
	at = int64(time.Since(b.epoch)) + 1
	for {
		s := b.since.Load()
		if s == cut {
			return 0, false
		}
		if b.since.CompareAndSwap(s, at) {
			break
		}
	}
	if !b.armed.Swap(true) {
		b.arm(b.after)
	}
	return at, true
}

// endRead records the end of a read, and reports false if the body was cut.
func (b *idleBody) endRead(at int64) bool {
	return b.since.CompareAndSwap(at, idle) || b.since.Load() != cut
}

// arm makes the timer fire after d.
func (b *idleBody) arm(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer == nil {
		b.timer = time.AfterFunc(d, b.check)
		return
	}
	b.timer.Reset(d)
}

// check runs when the timer fires. It cuts the body if the read under way is too
// old, and waits for the rest of its time otherwise.
func (b *idleBody) check() {
	for {
		at := b.since.Load()
		switch at {
		case cut:
			return
		case idle:
			b.armed.Store(false)
			if b.since.Load() == idle || b.armed.Swap(true) {
				return
			}
			continue // a read has started meanwhile and relies on the timer
		}
		if left := b.after - (time.Since(b.epoch) - time.Duration(at-1)); left > 0 {
			b.arm(left)
			return
		}
		if b.since.CompareAndSwap(at, cut) {
			_ = b.close() // it ends the read; http.Response.Body may be closed during one
			return
		}
	}
}

func (b *idleBody) Read(p []byte) (int, error) {
	at, ok := b.startRead()
	if !ok {
		return 0, b.idleError()
	}
	n, err := b.inner.Read(p)
	if !b.endRead(at) && err != nil { // also at EOF: a body that is closed may report one
		err = b.idleError()
	}
	return n, err
}

func (b *idleBody) idleError() error { return &Error{Limit: ErrIdle, After: b.after} }

// Close closes the inner body once.
func (b *idleBody) Close() error {
	b.mu.Lock()
	if b.timer != nil {
		b.timer.Stop()
	}
	b.mu.Unlock()
	return b.close()
}

func (b *idleBody) close() error {
	b.once.Do(func() { b.closeErr = b.inner.Close() })
	return b.closeErr
}

// idleWriterTo is an idleBody whose inner body writes itself.
type idleWriterTo struct{ *idleBody }

func (b idleWriterTo) WriteTo(dst io.Writer) (int64, error) {
	p := &progress{body: b.idleBody, dst: dst}
	var ok bool
	if p.at, ok = b.startRead(); !ok {
		return 0, b.idleError()
	}
	n, err := b.inner.(io.WriterTo).WriteTo(p) //nolint:forcetypeassert // watch has checked it
	if !b.endRead(p.at) {
		err = b.idleError()
	}
	return n, err
}

// progress passes each part of the body on to the destination, and takes the time
// between two parts for a read: the time that the destination takes does not count.
type progress struct {
	body *idleBody
	dst  io.Writer
	at   int64 // the start of the read under way
}

func (p *progress) Write(b []byte) (int, error) {
	p.body.endRead(p.at)
	n, err := p.dst.Write(b)
	if at, ok := p.body.startRead(); ok {
		p.at = at
	} else if err == nil {
		err = p.body.idleError()
	}
	return n, err
}
