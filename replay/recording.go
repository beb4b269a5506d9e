package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// recording is one exchange while it happens.
type recording struct {
	t       *Tape
	c       *layer.Call
	attempt *layer.Attempt
	asked   *asked
	mode    Mode
	id      ID
	start   time.Time
	first   time.Duration

	status http.Response // what the caller may change later, as it came
	resp   *http.Response
}

// failed records a transport error.
func (r *recording) failed(err error) {
	r.done(nil, faultOf(err, r.t.clean.red.Text), true)
}

// answered begins to record an answer; its body is watched, or there is none.
func (r *recording) answered(resp *http.Response) {
	r.resp = resp
	r.status = *resp
	r.status.Header = resp.Header.Clone()
	if resp.Body == nil || resp.Body == http.NoBody {
		r.finish(nil, true, nil, true)
		return
	}
	resp.Body = watched(&heardBody{inner: resp.Body, r: r, max: r.t.opts.MaxBody})
}

// finish records an answer whose body is over: to its end, or broken off by
// err, or closed by the caller before.
func (r *recording) finish(body []byte, none bool, err error, complete bool) {
	s := &r.status
	answer := &Response{
		Status: s.Status, StatusCode: s.StatusCode, Proto: s.Proto, Header: s.Header,
		Trailer: r.resp.Trailer.Clone(), Body: body,
		NoBody: none, ContentLength: s.ContentLength,
		TransferEncoding: slices.Clone(s.TransferEncoding), Uncompressed: s.Uncompressed, Close: s.Close,
	}
	var fault *Fault
	if err != nil {
		fault = faultOf(err, r.t.clean.red.Text)
	}
	r.done(answer, fault, complete)
}

func (r *recording) done(answer *Response, fault *Fault, complete bool) {
	t := r.t
	if !t.settle(r.asked) {
		// The server answered before it had read the request, or the caller's
		// body failed: nobody can say what was asked.
		t.skipped.Add(1)
		return
	}
	x := &Exchange{
		ID: r.id, Key: r.asked.key, Request: *r.asked.record, Response: answer, Fault: fault,
		Start: r.start, FirstByte: r.first, Total: time.Since(r.start),
		Route: r.c.Route(), Complete: complete,
	}
	if r.attempt != nil {
		x.Attempt = r.attempt.Number()
	}
	p := &pending{Entry: Entry{Exchange: x}, clean: t.clean.answer}
	if complete {
		switch r.mode {
		case Record:
			p.Replace = t.session
		case Smart:
			if floor := t.opts.floor(r.start); floor > 0 {
				p.Replace = floor + 1
			}
		case Replay, Off:
		}
	} else {
		t.incomplete.Add(1)
	}
	if !t.enqueue(p) {
		return
	}
	if complete && r.mode == Smart {
		t.advance(x.Key, x.ID)
	}
	if r.c.Wants(layer.Recorded) {
		r.c.Emit(layer.Event{Kind: layer.Recorded, Layer: "replay", Attempt: r.attempt, Response: r.resp})
	}
}

// heardBody keeps a copy of what the caller reads.
type heardBody struct {
	inner io.ReadCloser
	r     *recording
	max   int64

	mu   sync.Mutex
	kept []byte
	over bool // told, or too long
}

func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	b.mu.Lock()
	b.keep(p[:n])
	b.mu.Unlock()
	if err != nil {
		b.end(err)
	}
	return n, err
}

// keep is called with mu held.
func (b *heardBody) keep(p []byte) {
	if b.over {
		return
	}
	if int64(len(b.kept))+int64(len(p)) > b.max {
		b.over, b.kept = true, nil
		b.r.t.skipped.Add(1)
		return
	}
	b.kept = append(b.kept, p...)
}

// end records once. A body that broke off is complete, as an error, if errors
// are recorded and it was not the caller who broke it.
func (b *heardBody) end(err error) {
	b.mu.Lock()
	if b.over {
		b.mu.Unlock()
		return
	}
	b.over = true
	body := b.kept
	b.mu.Unlock()
	t := b.r.t
	switch {
	case err == io.EOF: //nolint:errorlint // io.Reader says io.EOF itself
		b.r.finish(body, false, nil, true)
	case err == nil:
		// Closed: a reader that knows the length need not ask for the EOF.
		length := b.r.status.ContentLength
		b.r.finish(body, false, nil, length >= 0 && int64(len(body)) == length)
	case left(b.r.asked.send.Context(), err):
		b.r.finish(body, false, nil, false)
	default:
		b.r.finish(body, false, err, t.opts.Errors && !t.opts.DiscardBad)
	}
}

// left reports whether err is the caller's own doing. That ctx is over does not
// say so: a layer further out may end it with the body.
func left(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

func (b *heardBody) Close() error {
	b.end(nil)
	return b.inner.Close()
}

// watched gives b the WriteTo of the body inside, if it has one.
func watched(b *heardBody) io.ReadCloser {
	if w, ok := b.inner.(io.WriterTo); ok {
		return &writerToBody{b, w}
	}
	return b
}

type writerToBody struct {
	*heardBody
	inner io.WriterTo
}

func (b *writerToBody) WriteTo(dst io.Writer) (int64, error) {
	n, err := b.inner.WriteTo(heard{dst, b.heardBody})
	if err == nil {
		b.end(io.EOF)
	} else {
		b.end(err)
	}
	return n, err
}

type heard struct {
	dst io.Writer
	b   *heardBody
}

func (h heard) Write(p []byte) (int, error) {
	n, err := h.dst.Write(p)
	h.b.mu.Lock()
	h.b.keep(p[:n])
	h.b.mu.Unlock()
	return n, err
}
