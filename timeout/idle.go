package timeout

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// watch ends the body of resp when a read of it receives no data for the time d. It does not watch
// bodies that can be written to, since an upgraded connection may have nothing to send.
func (b *idleBody) watch(resp *http.Response, owner *layer.Attempt, d time.Duration, s *alarms) {
	if resp.Body == nil || resp.Body == http.NoBody {
		return
	}
	if _, ok := resp.Body.(io.Writer); ok {
		return
	}
	b.inner, b.owner, b.after, b.alarms = resp.Body, owner, d, s
	if _, ok := b.inner.(io.WriterTo); ok {
		resp.Body = idleWriterTo{b}
		return
	}
	resp.Body = b
}

// idleBody measures only the time of its reads. The time between them is the reader's. One alarm
// serves all reads. When it rings it examines the read in progress, so a read costs just one
// reading of the clock.
type idleBody struct {
	inner  io.ReadCloser
	after  time.Duration
	owner  *layer.Attempt // whose body it is
	clock  *clock         // the clock of since, nil before the first read
	alarms *alarms
	alarm  alarm

	since atomic.Int64 // the start of the read in progress, 1 or more, or idle
	armed atomic.Bool  // whether the alarm will ring
	cut   atomic.Bool  // whether the body has been ended by the limit

	closed atomic.Bool
}

// idle is the value of since while no read is in progress.
const idle = 0

// startRead records the start of a read. It reports false once the body is cut.
func (b *idleBody) startRead() bool {
	if b.cut.Load() {
		return false
	}
	if b.clock == nil {
		var now time.Duration
		b.clock, now = b.alarms.now()
		b.since.Store(int64(now) + 1)
		b.armed.Store(true)
		b.alarms.set(&b.alarm, b, b.clock, now, b.after)
		return true
	}
	b.since.Store(int64(b.clock.now()) + 1)
	if !b.armed.Load() && !b.armed.Swap(true) {
		b.alarms.reset(&b.alarm, b.after)
	}
	return true
}

// endRead records the end of a read. It reports false if the body was cut.
func (b *idleBody) endRead() bool {
	b.since.Store(idle)
	return !b.cut.Load()
}

// check implements [checker]. It cuts the body if the read in progress is too old, otherwise it
// waits for the remaining time.
func (b *idleBody) check() {
	at := b.since.Load()
	for at == idle {
		b.armed.Store(false)
		if at = b.since.Load(); at == idle || b.armed.Swap(true) {
			return
		}
		// A read has started meanwhile and relies on the alarm.
	}
	if left := b.after - (b.clock.now() - time.Duration(at-1)); left > 0 {
		b.alarms.reset(&b.alarm, left)
		return
	}
	if !b.closed.Swap(true) { // else its reader has just closed it
		b.cut.Store(true)
		_ = b.inner.Close() // ends the read, during which http.Response.Body may be closed
	}
}

func (b *idleBody) Read(p []byte) (int, error) {
	if !b.startRead() {
		return 0, b.idleError()
	}
	n, err := b.inner.Read(p)
	switch whole := b.endRead(); {
	case err == nil:
	case !whole: // even at EOF, which a closed body may report
		err = b.brokenOff()
	case err == io.EOF: //nolint:errorlint // it is never wrapped
		b.alarms.stop(&b.alarm)
	}
	return n, err
}

// brokenOff returns the error of a body that the limit has ended during a read, and reports it, since
// the body of the attempt inside this one was only closed.
func (b *idleBody) brokenOff() error {
	err := b.idleError()
	b.owner.Call().Emit(layer.Event{Kind: layer.BodyLost, Layer: layerName, Attempt: b.owner, Err: err})
	return err
}

func (b *idleBody) idleError() error { return &Error{Limit: ErrIdle, After: b.after} }

// Close closes the inner body once.
func (b *idleBody) Close() error {
	b.alarms.stop(&b.alarm)
	if b.closed.Swap(true) {
		return nil
	}
	return b.inner.Close()
}

// idleWriterTo is an idleBody whose inner body has a WriteTo method.
type idleWriterTo struct{ *idleBody }

func (b idleWriterTo) WriteTo(dst io.Writer) (int64, error) {
	if !b.startRead() {
		return 0, b.idleError()
	}
	n, err := b.inner.(io.WriterTo).WriteTo(&progress{b.idleBody, dst}) //nolint:forcetypeassert // watch has checked it
	if !b.endRead() {
		err = b.brokenOff()
	}
	return n, err
}

// progress passes each part of the body on to the destination. It counts the time between two parts
// as a read, so the time that the destination takes does not count.
type progress struct {
	body *idleBody
	dst  io.Writer
}

func (p *progress) Write(b []byte) (int, error) {
	p.body.endRead()
	n, err := p.dst.Write(b)
	if !p.body.startRead() && err == nil {
		err = p.body.idleError()
	}
	return n, err
}
