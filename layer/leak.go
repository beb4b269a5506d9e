package layer

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"time"
)

// WatchLeak makes sure that the body of resp ends even if it is never closed, for
// a layer whose hold must not be lost with it. It returns the response to hand on
// in place of resp. Once the garbage collector finds that the body is no longer
// referred to, [BodyLeaked] is emitted and the body closed, in a goroutine of its
// own: its enders are called, and its connection is given up.
//
// It is called after [Attempt.Own]; a second call for a response does nothing. A
// body that has ended or can be written to, as of an upgraded connection, is not
// watched, nor is one of a testing/synctest bubble. Watching costs five
// allocations, 240 B.
func (a *Attempt) WatchLeak(resp *http.Response) *http.Response {
	owner := a.For(resp)
	if _, upgraded := resp.Body.(io.Writer); upgraded || resp.Body == http.NoBody || owner.is(flagBodyEnded) {
		return resp
	}
	if owner.flags.Or(flagLeakWatched)&flagLeakWatched != 0 {
		return resp
	}
	// The http.Transport refers to its response as long as the connection is in
	// use, and the response to its body. So the body that must become unreachable
	// is that of a copy.
	b := &watchedBody{inner: resp.Body, resp: resp}
	watched := *resp
	b.watched = &watched
	b.cleanup = runtime.AddCleanup(b, (*leak).close, &leak{owner, resp.Body})
	watched.Body = b
	if _, ok := b.inner.(io.WriterTo); ok {
		watched.Body = watchedWriterTo{b}
	}
	return &watched
}

// LeakWatched reports whether the body of the response to the attempt is watched, by
// [Attempt.WatchLeak]. Then nothing that lives as long as the connection may refer to the
// body, such as the context of the request.
func (a *Attempt) LeakWatched() bool { return a.is(flagLeakWatched) }

// watchedBody is the body of a response whose end must not be missed. Nothing
// that lives as long as the connection may refer to it.
type watchedBody struct {
	inner   io.ReadCloser
	resp    *http.Response // the response that the base returned
	watched *http.Response // its copy, which the caller gets
	cleanup runtime.Cleanup
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	if err != nil {
		b.end(err)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	err := b.inner.Close()
	b.cleanup.Stop()
	runtime.KeepAlive(b)
	return err
}

// end copies the trailers, which net/http sets at the end of the body, and stops
// the watch.
func (b *watchedBody) end(err error) {
	if errors.Is(err, io.EOF) {
		b.watched.Trailer = b.resp.Trailer
	}
	b.cleanup.Stop()
	runtime.KeepAlive(b)
}

// watchedWriterTo is a watchedBody whose inner body writes itself.
type watchedWriterTo struct{ *watchedBody }

func (w watchedWriterTo) WriteTo(dst io.Writer) (int64, error) {
	n, err := w.inner.(io.WriterTo).WriteTo(dst) //nolint:forcetypeassert // WatchLeak has looked
	if err == nil {
		w.end(io.EOF)
	}
	runtime.KeepAlive(w.watchedBody)
	return n, err
}

// leak is what the cleanup of a watchedBody needs: it must not refer to the
// watchedBody itself, which would never become unreachable.
type leak struct {
	owner *Attempt
	body  io.ReadCloser
}

func (l *leak) close() {
	if l.owner.is(flagBodyEnded) || inBubble(l.owner) {
		return
	}
	// Closing may take its time, and other cleanups wait for this one.
	go func() {
		l.owner.AddNote("the body was never closed")
		if c := l.owner.call; c.Wants(BodyLeaked) {
			c.Emit(Event{Kind: BodyLeaked, Attempt: l.owner})
		}
		_ = l.body.Close()
	}()
}

// inBubble reports whether the attempt belongs to a testing/synctest bubble, seen
// from outside, where cleanups run: the clock of a bubble is decades behind, and
// touching its channels would panic.
func inBubble(a *Attempt) bool {
	const decade = 10 * 365 * 24 * time.Hour
	return time.Since(a.start).Abs() > decade
}
