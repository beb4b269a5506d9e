package roundtriptest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// errLateRead is what a [Body] answers to a Read after Close.
var errLateRead = errors.New("roundtriptest: read after close")

// Body is a request or response body that keeps accounts of how it is used.
// It is safe for concurrent use; a Read in progress does not hold up a Close.
type Body struct {
	src    io.Reader
	ctx    context.Context // ends reads early; nil for none
	closed chan struct{}   // closed by the first Close

	mu       sync.Mutex
	use      Usage
	inflight int
	closedAt time.Time
}

// Usage is the account of a [Body] at one moment.
type Usage struct {
	Bytes     int64 // handed out by Read
	Closes    int   // calls of Close
	LateReads int   // calls of Read after the first Close
	Overlaps  int   // calls of Read while another was in progress
	EOF       bool  // the end was reached
}

// NewBody returns a body that reads from r. A nil r is an empty body.
func NewBody(r io.Reader) *Body {
	return &Body{src: r, closed: make(chan struct{})}
}

// Usage returns the account so far.
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
	b.inflight--
	b.use.Bytes += int64(n)
	b.use.EOF = b.use.EOF || errors.Is(err, io.EOF)
	return n, err
}

// enter books a Read that begins, or tells why it may not.
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
	if b.inflight > 0 {
		b.use.Overlaps++
	}
	b.inflight++
	return nil
}

// Close books the call. It never fails.
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

// drip is a source that hands out one byte every so often, for at most total bytes.
// It ends early when the body is closed or the context ends.
type drip struct {
	every  time.Duration
	total  int
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

// dripping returns a response body of total bytes, one every so often.
func dripping(ctx context.Context, every time.Duration, total int) *Body {
	b := NewBody(nil)
	b.ctx = ctx
	b.src = &drip{every: every, total: total, closed: b.closed, ctx: ctx}
	return b
}

// filler is a source of n bytes that are there at once.
func filler(n int64) io.Reader { return io.LimitReader(zeros{}, n) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
