package model_test

import (
	"errors"
	"io"
	"sync"
	"time"
)

// A sentBody is a request body that notices what RoundTrippers must not do with it.
type sentBody struct {
	w    *world
	c    *callSpec
	from string        // where it comes from, for the text of a failure
	stop chan struct{} // closed by Close

	// mu guards the fields below.
	mu      sync.Mutex
	off     int
	closes  int
	reading bool
}

var errSource = errors.New("model: the source of the body failed")

func (b *sentBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	if b.closes > 0 && b.c.client {
		b.mu.Unlock()
		return 0, errClosedBody
	}
	if b.closes > 0 {
		b.mu.Unlock()
		b.w.fail("call %d: %s body is read after its Close", b.c.id, b.from)
		return 0, errClosedBody
	}
	if b.reading {
		b.w.fail("call %d: %s body is read by two at once", b.c.id, b.from)
	}
	b.reading = true
	off := b.off
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		b.reading = false
		b.mu.Unlock()
	}()
	end := b.c.size
	if b.c.failAt > 0 {
		end = min(end, b.c.failAt)
	}
	piece := max(1, (b.c.size+3)/4)
	if b.c.pace > 0 && off%piece == 0 {
		t := time.NewTimer(b.c.pace)
		defer t.Stop()
		select {
		case <-t.C:
		case <-b.stop:
			return 0, errClosedBody
		}
	}
	if off >= end {
		if b.c.failAt > 0 && b.c.failAt <= b.c.size {
			return 0, errSource
		}
		return 0, io.EOF
	}
	n := min(len(p), end-off, piece-off%piece)
	for i := range n {
		p[i] = pattern(b.c.id+100, off+i)
	}
	b.mu.Lock()
	b.off = off + n
	b.mu.Unlock()
	return n, nil
}

func (b *sentBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closes++
	if b.closes == 1 {
		close(b.stop)
	}
	return nil
}

// seekBody is a sentBody that can seek, as a file can.
type seekBody struct{ *sentBody }

func (b seekBody) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		offset += int64(b.off)
	case io.SeekEnd:
		offset += int64(b.c.size)
	}
	b.off = int(offset)
	return offset, nil
}

// newBody returns a request body for a call, which the checks look at in the end.
func (w *world) newBody(c *callSpec, from string) *sentBody {
	b := &sentBody{w: w, c: c, stop: make(chan struct{}), from: from}
	w.mu.Lock()
	w.bodies = append(w.bodies, b)
	w.mu.Unlock()
	return b
}
