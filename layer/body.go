package layer

import (
	"io"
	"net/http"
	"slices"
	"time"
)

// wrap makes the attempt the body of its response. The result has Write, CloseWrite and WriteTo
// exactly if the body has them, since net/http and io.Copy look for them.
func (a *Attempt) wrap(resp *http.Response) {
	if a.flags.Or(flagOwned)&flagOwned != 0 {
		return
	}
	if resp.Body == nil || resp.Body == http.NoBody {
		a.bodyEnd()
		return
	}
	a.body = resp.Body
	b := (*body)(a)
	_, to := a.body.(io.WriterTo)
	_, writes := a.body.(io.Writer)
	switch {
	case writes:
		resp.Body = b.writer(to)
	case to:
		resp.Body = writerToBody{b}
	default:
		resp.Body = b
	}
}

// writer returns the body for one that has Write, as that of an upgraded connection has.
func (b *body) writer(to bool) io.ReadCloser {
	_, half := b.body.(closeWriter)
	w := writerBody{b}
	switch {
	case to && half:
		return struct {
			closeWriterBody
			writerTo
		}{closeWriterBody{w}, writerTo{b}}
	case to:
		return struct {
			writerBody
			writerTo
		}{w, writerTo{b}}
	case half:
		return closeWriterBody{w}
	}
	return w
}

// body is the attempt as the body of its response. It is a type of its own so that layers do not
// see Read and Close among the methods of an Attempt.
type body Attempt

func (b *body) Read(p []byte) (int, error) {
	a := (*Attempt)(b)
	n, err := a.body.Read(p)
	if n > 0 {
		a.bytes.Add(int64(n))
	}
	if err != nil {
		if err != io.EOF {
			readFailed(a, err)
		}
		a.bodyEnd()
	}
	return n, err
}

// Close closes the inner body once. The enders run after it.
func (b *body) Close() error {
	a := (*Attempt)(b)
	if a.flags.Or(flagClosed)&flagClosed != 0 {
		return nil
	}
	if a.is(flagBodyEnded) {
		return a.body.Close()
	}
	return closeOpen(a)
}

// closeOpen is Close for a body that has not ended.
func closeOpen(a *Attempt) error {
	defer a.bodyEnd()
	return a.body.Close()
}

type closeWriter interface{ CloseWrite() error }

// The types below are for bodies that have more methods than Read and Close. They are
// pointer-shaped, so making one costs nothing.
type (
	writerBody      struct{ *body }
	closeWriterBody struct{ writerBody }
	writerTo        struct{ b *body }
	writerToBody    struct{ *body }
)

func (w writerBody) Write(p []byte) (int, error) {
	return w.body.body.(io.Writer).Write(p) //nolint:forcetypeassert // wrap has looked
}

func (w closeWriterBody) CloseWrite() error {
	return w.body.body.(closeWriter).CloseWrite() //nolint:forcetypeassert // wrap has looked
}

func (w writerTo) WriteTo(dst io.Writer) (int64, error) {
	a := (*Attempt)(w.b)
	to := &sink{Writer: dst}
	n, err := a.body.(io.WriterTo).WriteTo(to) //nolint:forcetypeassert // wrap has looked
	a.bytes.Add(n)
	switch { // with an error, the body must still be closed
	case err == nil:
		a.bodyEnd()
	case !to.failed:
		readFailed(a, err)
	}
	return n, err
}

func (w writerToBody) WriteTo(dst io.Writer) (int64, error) { return writerTo{w.body}.WriteTo(dst) }

// bodyEnd records the end of the body and runs the enders, the latest first.
func (a *Attempt) bodyEnd() {
	old := a.flags.Or(flagBodyEnded)
	if old&flagBodyEnded != 0 {
		return
	}
	a.end = time.Since(a.start)
	a.flags.Or(flagBodyDone)
	a.ties.end(a)
	if x := a.extra.Load(); x != nil {
		x.mu.Lock()
		over := x.over
		x.over = nil
		x.mu.Unlock()
		for _, e := range slices.Backward(over) {
			e.BodyEnd(a)
		}
	}
	for i := inline - 1; i >= 0; i-- {
		if old&(flagHook<<i) != 0 {
			a.hooks[i].BodyEnd(a)
		}
	}
	if a.call.Wants(BodyEnd) {
		a.call.Emit(Event{Kind: BodyEnd, Attempt: a})
	}
}
