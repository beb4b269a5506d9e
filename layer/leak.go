package layer

import (
	"io"
	"net/http"
	"sync/atomic"
)

// WatchLeak makes sure that the body of resp ends even if it is never closed, for a layer whose
// hold must not be lost with it. It returns the response to hand on in place of resp. Once the
// garbage collector finds that nothing refers to that response or its body any more, a goroutine
// emits [BodyLost] and closes the body: its enders are called, and its connection is given up.
//
// WatchLeak is called after [Attempt.Own]. A second call for a response does nothing. It does not
// watch a body that has ended, one that can be written to, as of an upgraded connection, or one in
// a testing/synctest bubble. Watching costs one allocation of 176 B.
func (a *Attempt) WatchLeak(resp *http.Response) *http.Response {
	owner := a.For(resp)
	if _, upgraded := resp.Body.(io.Writer); upgraded || resp.Body == http.NoBody || owner.is(flagBodyEnded) {
		return resp
	}
	if owner.flags.Or(flagLeakWatched)&flagLeakWatched != 0 {
		return resp
	}
	// The http.Transport refers to its response as long as the connection is in use, and the
	// response refers to its body. So the body that must become unreachable is that of a copy.
	b := &watchedBody{watched: *resp, inner: resp.Body, resp: resp}
	b.watch.Store(watchOver(owner, resp.Body))
	b.watched.Body = b
	if _, ok := b.inner.(io.WriterTo); ok {
		b.watched.Body = watchedWriterTo{b}
	}
	return &b.watched
}

// LeakWatched reports whether [Attempt.WatchLeak] watches the response body of the attempt. If so,
// nothing that lives as long as the connection, such as the context of the request, may refer to
// the body.
func (a *Attempt) LeakWatched() bool { return a.is(flagLeakWatched) }

// watchedBody is the body of a response whose end must not be missed. Nothing that lives as long as
// the connection may refer to it.
type watchedBody struct {
	watched http.Response // the response that the caller gets, a copy of resp
	inner   io.ReadCloser
	resp    *http.Response        // the response that the base returned
	watch   atomic.Pointer[watch] // nil once the body has ended
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
	b.unwatch()
	return err
}

// end copies the trailers, which net/http sets at the end of the body, and stops the watch.
func (b *watchedBody) end(err error) {
	if err == io.EOF { //nolint:errorlint // a complete body ends with the bare io.EOF
		b.watched.Trailer = b.resp.Trailer
	}
	b.unwatch()
}

// unwatch stops the watch.
func (b *watchedBody) unwatch() {
	if w := b.watch.Swap(nil); w != nil {
		w.end()
	}
}

// watchedWriterTo is a watchedBody whose inner body has a WriteTo method.
type watchedWriterTo struct{ *watchedBody }

func (w watchedWriterTo) WriteTo(dst io.Writer) (int64, error) {
	n, err := w.inner.(io.WriterTo).WriteTo(dst) //nolint:forcetypeassert // WatchLeak has looked
	if err == nil {
		w.end(io.EOF)
	}
	return n, err
}
