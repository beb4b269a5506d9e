package replay

import (
	"context"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// replayedBody is a reader of the body of an exchange. It never changes the bytes.
type replayedBody struct {
	ctx  context.Context // of the request
	end  error           // the error after the last byte
	cut  bool            // end is returned only to a further read: a reader with all the bytes has what its recorder had
	resp *http.Response
	shut chan struct{} // closed by Close; nil for a body without a pace

	readMu sync.Mutex // readMu guards parts; it is held while a Read is under way, outside of mu
	parts  *parts     // what follows rest, or nil

	mu      sync.Mutex // mu guards all fields below, and the trailer of resp; Close waits for nothing else
	rest    []byte
	times   timetable
	closed  bool
	trailer http.Header // nil once it has been copied
}

// giveBody sets the body of a replayed response, whose headers are returned now.
func (t *Tape) giveBody(resp *http.Response, x *store.Exchange) {
	r := x.Response
	b := &replayedBody{
		ctx: resp.Request.Context(), end: io.EOF, resp: resp, rest: r.Body, parts: t.writer.partsOf(x),
		times: timetableOf(t.opts.pace(), x), trailer: r.Trailer,
	}
	switch {
	case x.Fault != nil:
		b.end, b.cut = t.masker.endOf(x), x.CallerLeft()
	case r.NoBody && len(r.Body) == 0:
		_ = b.endLocked() // nobody else has b yet
		return
	}
	if b.times.pace != (pace{}) {
		b.shut = make(chan struct{})
	}
	resp.Body = b
}

func (b *replayedBody) Read(p []byte) (int, error) {
	b.readMu.Lock()
	defer b.readMu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if b.closed {
			return 0, http.ErrBodyReadAfterClose
		}
		if len(b.rest) == 0 && b.parts != nil {
			b.fillLocked()
			continue
		}
		if len(b.rest) == 0 {
			wait := b.times.over()
			if wait <= 0 {
				return 0, b.endLocked()
			}
			if err := b.waitLocked(wait); err != nil {
				return 0, err
			}
			continue
		}
		most, wait := b.times.next()
		if wait > 0 {
			if err := b.waitLocked(wait); err != nil {
				return 0, err
			}
			continue
		}
		n := copy(p[:min(int64(len(p)), most)], b.rest)
		b.rest = b.rest[n:]
		b.times.read(n)
		if len(b.rest) == 0 && b.parts == nil && !b.cut && b.times.over() <= 0 {
			return n, b.endLocked()
		}
		return n, nil
	}
}

// fillLocked reads the next part, releasing mu meanwhile. An error of the store replaces end.
func (b *replayedBody) fillLocked() {
	next := func() ([]byte, error) {
		b.mu.Unlock()
		defer b.mu.Lock()
		return b.parts.next(b.ctx)
	}
	var err error
	if b.rest, err = next(); err != nil {
		b.end = err
	}
	if len(b.rest) == 0 {
		b.parts = nil
	}
}

// waitLocked waits for d, the end of the request or Close, releasing mu meanwhile.
func (b *replayedBody) waitLocked(d time.Duration) error {
	b.mu.Unlock()
	defer b.mu.Lock()
	return wait(b.ctx, b.shut, d)
}

func (b *replayedBody) endLocked() error {
	if b.trailer != nil && b.end == io.EOF { //nolint:errorlint // our own sentinel
		if b.resp.Trailer == nil { // the caller took it away
			b.resp.Trailer = make(http.Header)
		}
		maps.Copy(b.resp.Trailer, b.trailer.Clone())
		b.trailer = nil
	}
	return b.end
}

func (b *replayedBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed && b.shut != nil {
		close(b.shut)
	}
	b.closed = true
	return nil
}
