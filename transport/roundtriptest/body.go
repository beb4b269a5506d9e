package roundtriptest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// errLateRead is the error of a Read after Close.
var errLateRead = errors.New("roundtriptest: read after close")

// Body is a request or response body that counts how it is used.
// It is safe for concurrent use; a Read in progress does not hold up a Close.
type Body struct {
	src    io.Reader
	ctx    context.Context // reads fail once it has ended; nil for none
	closed chan struct{}   // closed by the first Close

	mu       sync.Mutex // mu guards use, reads and closedAt. It is not held while src is read.
	use      Usage
	reads    int       // the Reads in progress
	closedAt time.Time // the time of the first Close
}

// Usage is how a [Body] was used up to one moment.
type Usage struct {
	// Bytes is the number of bytes that Read returned.
	Bytes int64
	// Closes is the number of calls of Close.
	Closes int
	// LateReads is the number of calls of Read after the first Close.
	LateReads int
	// Overlaps is the number of calls of Read during another one.
	Overlaps int
	// EOF says that the end was reached.
	EOF bool
}

// NewBody returns a body that reads from r. A nil r is an empty body.
func NewBody(r io.Reader) *Body {
	return &Body{src: r, closed: make(chan struct{})}
}

// Usage returns how the body was used so far.
func (b *Body) Usage() Usage {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.use
}

// Read reads from the source. After Close it fails.
func (b *Body) Read(p []byte) (int, error) {
	if err := b.enter(); err != nil {
		return 0, err
	}
	n, err := 0, io.EOF
	if b.src != nil {
		n, err = b.src.Read(p)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads--
	b.use.Bytes += int64(n)
	b.use.EOF = b.use.EOF || errors.Is(err, io.EOF)
	return n, err
}

// enter records the start of a Read, or returns the error of one that must fail.
func (b *Body) enter() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.use.Closes > 0 {
		b.use.LateReads++
		return errLateRead
	}
	if b.ctx != nil && !b.use.EOF && b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	if b.reads > 0 {
		b.use.Overlaps++
	}
	b.reads++
	return nil
}

// Close records the call. It never fails.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.use.Closes++
	if b.use.Closes == 1 {
		b.closedAt = time.Now()
		close(b.closed)
	}
	return nil
}

// A drip is a source of total bytes that returns one byte per interval. It fails when the
// body is closed or the context ends.
type drip struct {
	every  time.Duration
	total  int // the bytes that are left
	closed <-chan struct{}
	ctx    context.Context
}

func (d *drip) Read(p []byte) (int, error) {
	if d.total <= 0 {
		return 0, io.EOF
	}
	timer := time.NewTimer(d.every)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.closed:
		return 0, errLateRead
	case <-d.ctx.Done():
		return 0, context.Cause(d.ctx)
	}
	d.total--
	p[0] = '.'
	return 1, nil
}

// dripping returns a response body of total bytes, one per interval.
func dripping(ctx context.Context, every time.Duration, total int) *Body {
	b := NewBody(nil)
	b.ctx = ctx
	b.src = &drip{every: every, total: total, closed: b.closed, ctx: ctx}
	return b
}

// filler returns a source of n bytes that never waits.
func filler(n int64) io.Reader { return io.LimitReader(zeros{}, n) }

// zeros is an endless source of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
