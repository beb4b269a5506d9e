package concurrency

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// take takes slots of the key, waiting if it must, and returns the semaphore
// that they are of.
func (l *limit) take(ctx context.Context, a *layer.Attempt, k key, weight int32) (*semaphore, error) {
	for {
		s := l.find(k)
		if int64(weight) > l.max.Load() {
			return nil, l.refusal(s, 0, ErrWeight)
		}
		switch s.try(weight) {
		case taken:
			return s, nil
		case gone:
			l.forget(s)
			continue
		case full, queued:
		}
		ok, err := s.wait(ctx, a, weight, false)
		if err != nil {
			return nil, err
		}
		if ok {
			return s, nil
		}
		l.forget(s)
	}
}

// resume takes slots again, before those who never had one.
func (s *semaphore) resume(ctx context.Context, a *layer.Attempt, weight int32) error {
	for {
		s := s.live()
		if int64(weight) > s.limit.max.Load() { // it was resized meanwhile
			return s.limit.refusal(s, 0, ErrWeight)
		}
		switch s.try(weight) {
		case taken:
			return nil
		case gone:
			s.limit.revive(s)
			continue
		case full, queued:
		}
		if ok, err := s.wait(ctx, a, weight, true); ok || err != nil {
			return err
		}
		s.limit.revive(s)
	}
}

// wait waits for slots. It is false without an error if the semaphore was
// evicted. What layers further out hold is laid down meanwhile, but not in the
// middle of taking it up again.
func (s *semaphore) wait(ctx context.Context, a *layer.Attempt, weight int32, resume bool) (ok bool, err error) {
	w := &waiter{ready: make(chan struct{}), rank: rank(ctx, s.limit.epoch), weight: weight}
	o, ahead := s.enqueue(w, resume)
	switch o {
	case taken, gone:
		return o == taken, nil
	case full:
		return false, s.limit.refusal(s, ahead, ErrFull)
	case queued:
	}
	kept := false
	defer func() { // also on a panic of an observer
		if !kept && !s.cancel(w) && !w.refused {
			s.give(a, weight)
		}
	}()
	if !resume {
		a.Suspend()
	}
	s.limit.tell(a, layer.WaitBegin, 0, nil)
	start := time.Now()
	var late <-chan time.Time
	if s.limit.MaxWait > 0 {
		t := time.NewTimer(s.limit.MaxWait)
		defer t.Stop()
		late = t.C
	}
	select {
	case <-w.ready:
		if w.refused {
			err = s.limit.refusal(s, ahead, ErrWeight)
		}
	case <-ctx.Done():
		err = ended(ctx)
	case <-late:
		err = s.limit.refusal(s, ahead, ErrDeadline)
	}
	d := time.Since(start)
	a.AddWait(layer.Queue, d)
	if err == nil && !resume {
		err = a.Reacquire(ctx)
	}
	s.limit.tell(a, layer.WaitEnd, d, err)
	kept = err == nil
	return kept, err
}

func (l *limit) refusal(s *semaphore, queue int, reason error) error {
	return &Error{Limit: l.text(), Key: l.name(s.key), Queue: queue, Reason: reason}
}

// tell emits an event of the limit.
func (l *limit) tell(a *layer.Attempt, kind layer.Kind, d time.Duration, err error) {
	c := a.Call()
	if !c.Wants(kind) {
		return
	}
	c.Emit(layer.Event{
		Kind: kind, Layer: layerName, Attempt: a, How: layer.Queue, Wait: d,
		Limit: int(l.max.Load()), Text: l.text(), Err: err,
	})
}
