package concurrency

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// acquire acquires one slot of the key, waiting if it must, and returns the
// semaphore that it is of.
func (l *limit) acquire(ctx context.Context, a *layer.Attempt, k key) (*semaphore, error) {
	return l.find(k).acquire(ctx, a, false)
}

// reacquire acquires a slot that was suspended, before requests that never had
// one.
func (s *semaphore) reacquire(ctx context.Context, a *layer.Attempt) error {
	_, err := s.live().acquire(ctx, a, true)
	return err
}

// acquire acquires one slot of s or of the semaphore that has taken its place,
// and returns that.
func (s *semaphore) acquire(ctx context.Context, a *layer.Attempt, reacquiring bool) (*semaphore, error) {
	for {
		o := s.try(1)
		if o == full {
			sems := [1]*semaphore{s}
			var err error
			if o, err = wait(ctx, a, sems[:], &waiter{reacquiring: reacquiring}); err != nil {
				return nil, err
			}
		}
		if o == acquired {
			return s, nil
		}
		s = s.again(reacquiring)
	}
}

// again returns the semaphore to use after s was found full or evicted.
func (s *semaphore) again(reacquiring bool) *semaphore {
	switch {
	case s.state.Load()&dead == 0:
		return s
	case reacquiring:
		s.limit.revive(s)
		return s.live()
	}
	s.limit.forget(s)
	return s.limit.find(s.key)
}

// wait waits for the slots of w, all at once. It returns gone if a semaphore was
// evicted. What outer layers hold is suspended meanwhile, but not while it is
// being reacquired.
func wait(ctx context.Context, a *layer.Attempt, sems []*semaphore, w *waiter) (outcome, error) {
	q := sems[0].queue()
	start := time.Now()
	now := start.Sub(sems[0].limit.epoch)
	w.ready = make(chan struct{})
	w.links.Rank = rank(ctx, now)
	o, at, before := q.enqueue(now, sems, w)
	switch o {
	case acquired, gone:
		return o, nil
	case full:
		return o, at.rejection(ErrFull, before, 0)
	case queued:
	}
	kept := false
	defer func() { // also on a panic of an observer
		if !kept && !q.cancel(sems, w) && w.status == admitted {
			releaseAll(a, sems, w)
		}
	}()
	if !w.reacquiring {
		a.Suspend()
	}
	at.limit.emit(a, layer.WaitBegin, 0, nil)
	err := q.await(ctx, sems, w, before, start)
	d := time.Since(start)
	a.AddWait(layer.Queue, d)
	if err == nil && !w.reacquiring {
		err = a.Reacquire(ctx)
	}
	at.limit.emit(a, layer.WaitEnd, d, err)
	kept = err == nil
	return acquired, err
}

// releaseAll gives back what w was admitted to.
func releaseAll(a *layer.Attempt, sems []*semaphore, w *waiter) {
	if w.demand != nil {
		w.demand.release(a, len(sems))
		return
	}
	sems[0].release(a)
}

// await returns when w has been admitted or the wait is over for another reason,
// which it returns.
func (q *queue) await(ctx context.Context, sems []*semaphore, w *waiter, before int, start time.Time) error {
	var late <-chan time.Time
	least := leastMaxWait(sems)
	var timer *time.Timer
	if least > 0 {
		timer = time.NewTimer(least)
		defer timer.Stop()
		late = timer.C
	}
	epoch := sems[0].limit.epoch
	for {
		select {
		case <-w.ready:
			return w.rejection(sems, before)
		case <-ctx.Done():
			return ctxerr.Of(ctx)
		case <-late:
			i, again := q.overdue(time.Since(epoch), sems, w, start.Sub(epoch), least)
			if i >= 0 {
				return sems[i].rejection(ErrDeadline, before, 0)
			}
			timer.Reset(again)
		}
	}
}

// overdue returns the index of the semaphore that w has waited for as long as it
// may, or -1 and when to look again.
func (q *queue) overdue(now time.Duration, sems []*semaphore, w *waiter, since, least time.Duration) (i int, again time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.status != waits {
		return -1, least
	}
	if w.demand != nil {
		since = w.demand.since
	}
	again = least // it may move to the limit of the least MaxWait at once
	if m := sems[w.place].limit.MaxWait; m > 0 {
		if since+m <= now {
			return int(w.place), 0
		}
		again = min(again, since+m-now)
	}
	return -1, again
}

// leastMaxWait returns the least MaxWait of the limits that have one, or 0.
func leastMaxWait(sems []*semaphore) (least time.Duration) {
	for _, s := range sems {
		if m := s.limit.MaxWait; m > 0 && (least == 0 || m < least) {
			least = m
		}
	}
	return least
}

// rank is the place in the queue of a request of ctx that comes now.
func rank(ctx context.Context, now time.Duration) int64 {
	p, _ := layer.Setting[transport.Priority](ctx)
	return int64(now - p.Advance())
}

// rejection is the error of a request that has left the queue: nil if it was
// admitted.
func (w *waiter) rejection(sems []*semaphore, before int) error {
	s := sems[w.place]
	switch w.status {
	case tooHeavy:
		return s.rejection(ErrWeight, before, w.weightAt(int(w.place)))
	case noPlace:
		return s.rejection(ErrFull, before, 0)
	case waits, admitted:
	}
	return nil
}

func (s *semaphore) rejection(reason error, before int, weight int32) error {
	l := s.limit
	return &Error{Limit: l.text(), Key: l.name(s.key), Queue: before, MaxWait: l.MaxWait, Weight: int(weight), Reason: reason}
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
