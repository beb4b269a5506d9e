package layer

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A watch is referred to by a watched body alone, so it is unreachable when the body is. Having
// the garbage collector look for that is expensive, so the watch of a body that has ended is used
// again for another body of the stack.
type watch struct {
	leak *leak
	idle *sync.Pool // of *watch
}

// watchOver returns a watch over the body of a response to owner.
func watchOver(owner *Attempt, body io.ReadCloser) *watch {
	idle := &owner.call.begunBy.root.watches
	w, _ := idle.Get().(*watch)
	if w == nil {
		w = &watch{new(leak), idle}
		runtime.AddCleanup(w, (*leak).found, w.leak)
	}
	w.leak.owner, w.leak.body = owner, body
	w.leak.watched.Store(true)
	return w
}

// end ends the watch. The body must not refer to it any more.
func (w *watch) end() {
	w.leak.watched.Store(false)
	w.leak.owner, w.leak.body = nil, nil
	w.idle.Put(w)
}

// leak is what must be known if a body leaks. It refers neither to that body, which is around
// body, nor to its watch, since that would keep them reachable.
type leak struct {
	watched atomic.Bool // the body has not ended; owner and body are set
	owner   *Attempt
	body    io.ReadCloser
}

// found is called when the watch is unreachable: its body has leaked, or it was idle.
func (l *leak) found() {
	if !l.watched.Load() || l.owner.is(flagBodyEnded) || inBubble(l.owner) {
		return
	}
	// Closing may take a while, and other cleanups wait for this one.
	go func() {
		l.owner.AddNote("the body was never closed")
		l.owner.call.Emit(Event{Kind: BodyLost, Attempt: l.owner})
		_ = l.body.Close()
	}()
}

// inBubble reports whether the attempt belongs to a testing/synctest bubble. It is called outside
// of the bubble, where cleanups run: the clock of a bubble is decades behind, and touching its
// channels would panic.
func inBubble(a *Attempt) bool {
	const decade = 10 * 365 * 24 * time.Hour
	return time.Since(a.start).Abs() > decade
}
