package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

// recordedBody is a response body that keeps a copy of what the caller reads.
type recordedBody struct {
	inner     io.ReadCloser
	recording *recording
	max       int64

	// A read is counted before it looks whether Close was called, and Close says so before it looks
	// for reads. So either the read ends at once, or Close ends its wait for the store.
	reading  atomic.Int32                       // the caller's reads in progress
	closing  atomic.Bool                        // Close was called: the body is read by nobody but us
	stopWait atomic.Pointer[context.CancelFunc] // ends a wait for the store; nil if there is none

	// mu guards all fields below. It is not held while inner is read, but it is held during a wait
	// for the store.
	mu     sync.Mutex
	size   int64 // bytes read
	kept   []byte
	spill  *spill // where the body goes, nil if to kept
	whole  bool   // whether it stays in kept however long it gets
	pieces pieces
	over   bool   // the exchange was recorded, or the body is too long
	closed bool   // Close is done
	rest   unread // inner as Close reads it, zero if it does not
}

const roomAtOnce = 16 << 10 // the most bytes that are allocated because of a length in the headers

// newRecordedBody returns the body of a recording, which has a WriteTo if inner has one.
func newRecordedBody(inner io.ReadCloser, r *recording) io.ReadCloser {
	b := &r.body
	b.inner, b.recording, b.max = inner, r, r.tape.opts.MaxBody
	b.pieces.off = r.head.ContentLength >= 0
	if w, ok := inner.(io.WriterTo); ok {
		r.writerTo = recordedWriterTo{b, w}
		return &r.writerTo
	}
	return b
}

func (b *recordedBody) Read(p []byte) (int, error) {
	if !b.enter() {
		return 0, b.afterClose()
	}
	defer b.leave()
	n, err := b.inner.Read(p)
	b.keep(p[:n], n == len(p))
	if err != nil {
		b.end(err)
	}
	return n, err
}

// Close completes the exchange where the end of the body is near.
func (b *recordedBody) Close() error {
	var err error
	first := !b.closing.Swap(true)
	if b.reading.Load() > 0 {
		b.stop() // a long body that is closed during a read waits for no store
	}
	at, closed := b.complete(first)
	b.endAt(at, nil)
	if !closed {
		err = b.inner.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return err
}

// stop ends a wait for the store.
func (b *recordedBody) stop() {
	if stop := b.stopWait.Load(); stop != nil {
		(*stop)()
	}
}

// afterClose returns the error of a read after Close: that of inner if it has one.
func (b *recordedBody) afterClose() error {
	b.mu.Lock()
	closed, rest := b.closed, b.rest
	b.mu.Unlock()
	if closed && rest.take(b.recording.tape.rest.time) {
		defer rest.release()
		if _, err := b.inner.Read(nil); err != nil && err != io.EOF {
			return err
		}
	}
	return http.ErrBodyReadAfterClose
}

// enter begins a read of the caller. It returns false after Close.
func (b *recordedBody) enter() bool {
	b.reading.Add(1)
	if b.closing.Load() {
		b.leave()
		return false
	}
	return true
}

func (b *recordedBody) leave() { b.reading.Add(-1) }

// complete reads what the caller has left unread. It reports whether that has closed the body, and
// when it started, or 0 if it read nothing. It leaves alone a body that is closed during a read,
// since that is done to end the read. first says that this is the first Close.
func (b *recordedBody) complete(first bool) (at time.Duration, closed bool) {
	b.mu.Lock()
	idle := first && !b.over && b.reading.Load() == 0
	had, length := b.size, b.recording.head.ContentLength
	if length >= 0 {
		length -= had
	}
	if idle && length != 0 {
		b.rest = unread{b.inner, make(chan struct{}, 1)}
	}
	rest := b.rest
	b.mu.Unlock()
	if !idle || length == 0 || ctxerr.CallerGone(b.recording.request.send) {
		return 0, false
	}
	at = time.Since(b.recording.start)
	data, whole, closed := b.recording.tape.rest.read(&http.Response{Body: rest}, had, length)
	if whole {
		b.keep(data, false)
		b.end(io.EOF)
	}
	return at, closed
}

// keep keeps what was read. filled says that there may be more of it.
func (b *recordedBody) keep(p []byte, filled bool) {
	if !b.fits(p, filled) {
		b.recording.tooLong()
	}
}

// fits keeps p. It returns false for the first bytes that are too many. It waits for the store if a
// long body comes faster than the store accepts it.
func (b *recordedBody) fits(p []byte, filled bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over || len(p) == 0 {
		return true
	}
	if b.size+int64(len(p)) > b.max {
		b.spill.drop()
		b.stop()
		b.over, b.kept, b.spill = true, nil, nil
		return false
	}
	r := b.recording
	b.size += int64(len(p))
	if !b.pieces.off { // else the time does not matter
		b.pieces.add(len(p), filled, time.Since(r.start)-r.first)
	}
	if b.spill != nil {
		b.spill.write(p)
		return true
	}
	if b.kept == nil && r.head.ContentLength > int64(len(p)) {
		b.kept = make([]byte, 0, min(r.head.ContentLength, roomAtOnce, b.max))
	}
	b.kept = append(b.kept, p...)
	if b.whole || len(b.kept) < r.spillFrom() {
		return true
	}
	ctx, stop := context.WithCancel(r.request.send.Context())
	if b.spill = r.spills(ctx, b.kept); b.spill == nil {
		stop()
		b.whole = true
		return true
	}
	b.stopWait.Store(&stop)
	if b.closing.Load() && b.reading.Load() > 0 {
		stop() // Close looked for it too early
	}
	b.spill.write(b.kept)
	b.kept = nil
	return true
}

// errLost is the end of a body whose reader has lost what was read.
var errLost = errors.New("replay: what was read could not be written")

// end is endAt for now.
func (b *recordedBody) end(err error) { b.endAt(0, err) }

// endAt records the exchange once. err is nil when the body was closed. at is the time since the
// start of the recording, 0 for now. A body that broke off is complete, as a fault, if errors are
// recorded and the caller did not cause it.
func (b *recordedBody) endAt(at time.Duration, err error) {
	b.mu.Lock()
	if b.over {
		b.mu.Unlock()
		return
	}
	b.over = true
	body := readBody{content: b.kept, spill: b.spill, size: b.size, read: err == nil && b.reading.Load() > 0}
	b.mu.Unlock()
	defer b.stop()
	r := b.recording
	switch {
	case body.spill != nil:
		body.pieces = b.pieces.stream()
	case !b.pieces.off:
		body.pieces = b.pieces.all(r.head.Header.Get("Content-Type"), body.content)
	}
	switch {
	case err == io.EOF && !r.doubtful(body.size): //nolint:errorlint // io.Reader says io.EOF itself
		r.finish(body, nil, true)
	case (err == nil || err == errLost) && body.size == r.head.ContentLength: //nolint:errorlint // our own
		// A reader that knows the length need not read on until EOF.
		r.finish(body, nil, true)
	case r.left(err):
		r.over = at
		r.leave(body)
	case err == nil || err == io.EOF || err == errLost || r.endedByCaller(err): //nolint:errorlint // our own
		r.finish(body, nil, false)
	default:
		r.finish(body, r.tape.masker.fault(err), r.tape.opts.Errors && !r.tape.opts.DiscardBad)
	}
}

// endedByCaller reports whether a body ended with err because its caller has ended the request. Not
// every base says so in the error: over HTTP/3 it is one of its own.
func (r *recording) endedByCaller(err error) bool {
	return canceled(r.request.send, err) || ctxerr.CallerGone(r.call.Request())
}

// canceled reports whether the caller caused err. An ended context alone does not show that, since
// an outer layer may end it with the body.
func canceled(req *http.Request, err error) bool {
	ctx := req.Context()
	return ctxerr.Canceled(req) || ctx.Err() != nil && (errors.Is(err, ctx.Err()) || ctxerr.Is(err, context.Cause(ctx)))
}

// recordedWriterTo is a recordedBody around a body with a WriteTo.
type recordedWriterTo struct {
	*recordedBody
	inner io.WriterTo
}

func (b *recordedWriterTo) WriteTo(dst io.Writer) (int64, error) {
	if !b.enter() {
		return 0, b.afterClose()
	}
	defer b.leave()
	w := &keepingWriter{dst: dst, body: b.recordedBody}
	n, err := b.inner.WriteTo(w)
	switch {
	case err == nil:
		b.end(io.EOF)
	case w.failed: // the rest of the body is lost, which is not the server's fault
		b.end(errLost)
	default:
		b.end(err)
	}
	return n, err
}

// keepingWriter keeps what it passes on.
type keepingWriter struct {
	dst    io.Writer
	body   *recordedBody
	failed bool // whether dst accepted less than it was given
}

func (w *keepingWriter) Write(p []byte) (int, error) {
	n, err := w.dst.Write(p)
	w.failed = w.failed || err != nil || n < len(p)
	w.body.keep(p[:n], false)
	return n, err
}
