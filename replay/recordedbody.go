package replay

import (
	"context"
	"errors"
	"io"
	"sync"
)

// recordedBody is a response body that keeps a copy of what the caller reads.
type recordedBody struct {
	inner     io.ReadCloser
	recording *recording
	max       int64

	mu   sync.Mutex // mu guards all fields below; it is not held while inner is read
	kept []byte
	over bool // the exchange was recorded, or the body is too long
}

// newRecordedBody has a WriteTo if inner has one.
func newRecordedBody(inner io.ReadCloser, r *recording) io.ReadCloser {
	b := &recordedBody{inner: inner, recording: r, max: r.tape.opts.MaxBody}
	if w, ok := inner.(io.WriterTo); ok {
		return &recordedWriterTo{b, w}
	}
	return b
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	b.keep(p[:n])
	if err != nil {
		b.end(err)
	}
	return n, err
}

func (b *recordedBody) Close() error {
	b.end(nil)
	return b.inner.Close()
}

func (b *recordedBody) keep(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return
	}
	if int64(len(b.kept))+int64(len(p)) > b.max {
		b.over, b.kept = true, nil
		b.recording.tape.counts.skipped.Add(1)
		return
	}
	b.kept = append(b.kept, p...)
}

// end records once; err is nil when the body was closed. A body that broke off
// is complete, as a fault, if errors are recorded and the caller did not break
// it.
func (b *recordedBody) end(err error) {
	b.mu.Lock()
	if b.over {
		b.mu.Unlock()
		return
	}
	b.over = true
	body := b.kept
	b.mu.Unlock()
	r := b.recording
	switch {
	case err == io.EOF: //nolint:errorlint // io.Reader says io.EOF itself
		r.finish(body, false, nil, true)
	case err == nil:
		// A reader that knows the length need not read on until EOF.
		length := r.head.ContentLength
		r.finish(body, false, nil, length >= 0 && int64(len(body)) == length)
	case canceled(r.request.send.Context(), err):
		r.finish(body, false, nil, false)
	default:
		r.finish(body, false, err, r.tape.opts.Errors && !r.tape.opts.DiscardBad)
	}
}

// canceled reports whether err is the caller's own doing. It is not enough that
// ctx is over: an outer layer may end it with the body.
func canceled(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

// recordedWriterTo is a recordedBody around a body with a WriteTo.
type recordedWriterTo struct {
	*recordedBody
	inner io.WriterTo
}

func (b *recordedWriterTo) WriteTo(dst io.Writer) (int64, error) {
	n, err := b.inner.WriteTo(keepingWriter{dst, b.recordedBody})
	if err == nil {
		b.end(io.EOF)
	} else {
		b.end(err)
	}
	return n, err
}

// keepingWriter keeps what it passes on.
type keepingWriter struct {
	dst  io.Writer
	body *recordedBody
}

func (w keepingWriter) Write(p []byte) (int, error) {
	n, err := w.dst.Write(p)
	w.body.keep(p[:n])
	return n, err
}
