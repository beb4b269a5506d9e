package concurrency

import (
	"context"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// wait waits for the slots of the parts. It is false without an error if a
// semaphore was evicted. What outer layers hold is suspended meanwhile, but not
// while it is being reacquired: then again is true.
func (l *Limiter) wait(ctx context.Context, a *layer.Attempt, parts []part, again bool) (ok bool, err error) {
	w := &waiter{ready: make(chan struct{})}
	priority, _ := layer.Setting[transport.Priority](ctx)
	w.links.Rank = l.since() - int64(priority.Advance())
	if again {
		w.links.Rank -= reacquireFirst
	}
	o, at, ahead := l.queue.join(w, parts)
	switch o {
	case acquired, evicted:
		if o == evicted {
			at.limit.forget(at)
		}
		return o == acquired, nil
	case queueFull:
		return false, at.rejection(ahead, ErrFull)
	case mustWait:
	}
	kept := false
	defer func() { // also on a panic of an observer
		if !kept && !l.queue.cancel(w) && w.state == granted {
			l.release(a, parts)
		}
	}()
	if !again {
		a.Suspend()
	}
	at.limit.emit(a, layer.WaitBegin, 0, nil)
	start := time.Now()
	late, patience := timer(parts)
	if late != nil {
		defer late.Stop()
	}
	select {
	case <-w.ready:
		if w.state == rejected {
			if over := tooHeavy(parts); over != nil { // it may have been raised since
				at = over
			}
			err = at.rejection(ahead, ErrWeight)
		}
	case <-ctx.Done():
		err = ctxerr.Of(ctx)
	case <-channel(late):
		err = patience.rejection(ahead, fmt.Errorf("%w of %s", ErrDeadline, patience.limit.MaxWait))
	}
	d := time.Since(start)
	a.AddWait(layer.Queue, d)
	if err == nil && !again {
		err = a.Reacquire(ctx)
	}
	at.limit.emit(a, layer.WaitEnd, d, err)
	kept = err == nil
	return kept, err
}

// timer returns a timer for the smallest MaxWait of the parts and the semaphore
// that it is of, nil if none has one.
func timer(parts []part) (t *time.Timer, of *semaphore) {
	for _, p := range parts {
		if d := p.sem.limit.MaxWait; d > 0 && (of == nil || d < of.limit.MaxWait) {
			of = p.sem
		}
	}
	if of == nil {
		return nil, nil
	}
	return time.NewTimer(of.limit.MaxWait), of
}

func channel(t *time.Timer) <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.C
}

// rejection is the error of a request that gets no slot of s.
func (s *semaphore) rejection(queue int, reason error) error {
	l := s.limit
	return &Error{Limit: l.text(), Key: l.name(s.key), Queue: queue, Reason: reason}
}

// emit emits an event of the limit.
func (l *limit) emit(a *layer.Attempt, kind layer.Kind, d time.Duration, err error) {
	c := a.Call()
	if !c.Wants(kind) {
		return
	}
	c.Emit(layer.Event{
		Kind: kind, Layer: layerName, Attempt: a, How: layer.Queue, Wait: d,
		Limit: int(l.max.Load()), Text: l.text(), Err: err,
	})
}
