package transport

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"time"
)

// Guard makes sure that the body of resp ends even if nobody ever closes it, for
// a layer whose hold must not be lost. It returns the answer to hand on in place
// of resp. Once the garbage collector finds that nobody refers to its body any
// longer, [BodyLeaked] is told and the body closed, in a goroutine of their own:
// its enders are told, and its connection is free.
//
// It is called after [Attempt.Own], and again to no effect. A body that has ended
// or can be written to, as of an upgraded connection, is not guarded, nor is one
// of a testing/synctest bubble. It costs five allocations, 300 B.
func (a *Attempt) Guard(resp *http.Response) *http.Response {
	row := a.answered(resp)
	if _, upgraded := resp.Body.(io.Writer); upgraded || resp.Body == http.NoBody || row.is(flagBodyEnded) {
		return resp
	}
	if row.flags.Or(flagGuarded)&flagGuarded != 0 {
		return resp
	}
	// The transport refers to its answer as long as the connection is in use, and
	// that to its body, so what is to be found unused is the body of a copy.
	g := &guard{inner: resp.Body, resp: resp}
	guarded := *resp
	g.guarded = &guarded
	g.cleanup = runtime.AddCleanup(g, (*leaked).close, &leaked{row, resp.Body})
	guarded.Body = g
	if _, ok := g.inner.(io.WriterTo); ok {
		guarded.Body = guardTo{g}
	}
	return &guarded
}

// guard is the body of an answer whose end must not be missed. Nothing that
// lives as long as the connection may refer to it.
type guard struct {
	inner   io.ReadCloser
	resp    *http.Response // as it came
	guarded *http.Response
	cleanup runtime.Cleanup
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.inner.Read(p)
	if err != nil {
		g.end(err)
	}
	return n, err
}

func (g *guard) Close() error {
	err := g.inner.Close()
	g.cleanup.Stop()
	runtime.KeepAlive(g)
	return err
}

// end hands on the trailers, which come with the end.
func (g *guard) end(err error) {
	if errors.Is(err, io.EOF) {
		g.guarded.Trailer = g.resp.Trailer
	}
	g.cleanup.Stop()
	runtime.KeepAlive(g)
}

// guardTo is a guard whose inner body writes itself.
type guardTo struct{ *guard }

func (g guardTo) WriteTo(dst io.Writer) (int64, error) {
	n, err := g.inner.(io.WriterTo).WriteTo(dst) //nolint:forcetypeassert // Guard has looked
	if err == nil {
		g.end(io.EOF)
	}
	runtime.KeepAlive(g.guard)
	return n, err
}

// leaked is a body that nobody can close any more.
type leaked struct {
	row  *Attempt
	body io.ReadCloser
}

func (l *leaked) close() {
	if l.row.is(flagBodyEnded) || l.row.bubbled() {
		return
	}
	// Not here: closing may take its time, and other cleanups wait.
	go func() {
		l.row.Note("the body was never closed")
		if c := l.row.call; c.Wants(BodyLeaked) {
			c.Emit(Event{Kind: BodyLeaked, Attempt: l.row})
		}
		_ = l.body.Close()
	}()
}

// bubbled reports whether the attempt belongs to a testing/synctest bubble, seen
// from outside, where cleanups run: its clock is decades behind, and to touch its
// channels would be a panic.
func (a *Attempt) bubbled() bool {
	const decade = 10 * 365 * 24 * time.Hour
	return time.Since(a.start).Abs() > decade
}
