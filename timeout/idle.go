package timeout

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// watch ends the body of resp when a read of it gets nothing for the time d.
// Bodies that can be written to are not watched: on an upgraded connection
// silence is no fault.
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

// idleBody measures only the time inside of reads: a slow reader is nobody's
// fault. One timer serves all reads; it looks at the read under way when it
// fires, so that a read costs a look at the clock and no more.
type idleBody struct {
	inner io.ReadCloser
	after time.Duration
	epoch time.Time

	since atomic.Int64 // when the read under way began, 1 and up; 0 none, cut: no more
	armed atomic.Bool  // the timer will fire

	mu    sync.Mutex // guards timer
	timer *time.Timer

	once     sync.Once
	closeErr error
}

const cut = -1

// begin marks the begin of a read, and reports false after the cut.
func (b *idleBody) begin() (at int64, ok bool) {
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

// end marks the end of a read, and reports false if it was cut.
func (b *idleBody) end(at int64) bool {
	return b.since.CompareAndSwap(at, 0) || b.since.Load() != cut
}

func (b *idleBody) arm(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer == nil {
		b.timer = time.AfterFunc(d, b.look)
		return
	}
	b.timer.Reset(d)
}

// look runs when the timer fires.
func (b *idleBody) look() {
	for {
		at := b.since.Load()
		switch at {
		case cut:
			return
		case 0:
			b.armed.Store(false)
			if b.since.Load() == 0 || b.armed.Swap(true) {
				return
			}
			continue // a read has begun and relies on the timer
		}
		if left := b.after - (time.Since(b.epoch) - time.Duration(at-1)); left > 0 {
			b.arm(left)
			return
		}
		if b.since.CompareAndSwap(at, cut) {
			_ = b.close() // ends the read, which bodies of net/http allow
			return
		}
	}
}

func (b *idleBody) Read(p []byte) (int, error) {
	at, ok := b.begin()
	if !ok {
		return 0, b.silent()
	}
	n, err := b.inner.Read(p)
	if !b.end(at) && err != nil { // even EOF: a closed body may pretend to be whole
		err = b.silent()
	}
	return n, err
}

func (b *idleBody) silent() error { return &Error{Kind: Idle, After: b.after} }

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
	if p.at, ok = b.begin(); !ok {
		return 0, b.silent()
	}
	n, err := b.inner.(io.WriterTo).WriteTo(p) //nolint:forcetypeassert // watch has looked
	if !b.end(p.at) {
		err = b.silent()
	}
	return n, err
}

// progress sees each part of the body on its way; the time that the destination
// takes does not count.
type progress struct {
	body *idleBody
	dst  io.Writer
	at   int64
}

func (p *progress) Write(b []byte) (int, error) {
	p.body.end(p.at)
	n, err := p.dst.Write(b)
	if at, ok := p.body.begin(); ok {
		p.at = at
	} else if err == nil {
		err = p.body.silent()
	}
	return n, err
}
