package concurrency

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// reacquire acquires a slot that was suspended, before requests that never had one.
func (s *semaphore) reacquire(ctx context.Context, a *layer.Attempt) error {
	_, err := s.live().acquire(ctx, a, true)
	return err
}

// acquire acquires one slot of s, or of the semaphore that has replaced it, and returns that
// semaphore.
func (s *semaphore) acquire(ctx context.Context, a *layer.Attempt, reacquiring bool) (*semaphore, error) {
	for {
		o := s.try(1)
		if o == full {
			var err error
			if o, err = newWait(ctx, a, s, nil, reacquiring).run(); err != nil {
				return nil, err
			}
		}
		if o == acquired {
			return s, nil
		}
		s = s.again(reacquiring)
	}
}

// again returns the semaphore to use after s was found to be full or evicted.
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

// wait is the wait of one request. Thousands of requests may wait, so what a wait needs is here and
// not on its stack, and none of the functions in which it sleeps (run, sleep) has a large frame.
type wait struct {
	waiter
	ctx     context.Context //nolint:containedctx // it lives as long as the call
	attempt *layer.Attempt
	queue   *queue
	at      *semaphore    // the semaphore at which it was counted first
	one     [1]*semaphore // without a demand
	before  int           // how many requests were before it
	since   time.Duration // when it began
	late    *time.Timer   // the end of the least MaxWait
	kept    bool          // what it got must not be released
}

// newWait returns the wait for the slots of a demand, or for one slot of s if d is nil.
//
//go:noinline
func newWait(ctx context.Context, a *layer.Attempt, s *semaphore, d *demand, reacquiring bool) *wait {
	v := &wait{ctx: ctx, attempt: a, queue: s.queue(), at: s, since: time.Since(s.limit.epoch)}
	v.demand, v.reacquiring, v.one[0] = d, reacquiring, s
	v.ready = make(chan struct{})
	v.links.Rank = rank(ctx, v.since)
	return v
}

// sems returns the semaphores whose slots the request waits for.
func (v *wait) sems() []*semaphore {
	if v.demand == nil {
		return v.one[:]
	}
	return v.demand.sems
}

// now returns the time since the epoch of the limiter.
func (v *wait) now() time.Duration { return time.Since(v.one[0].limit.epoch) }

// run waits for all slots at once. It returns gone if a semaphore was evicted. Holds of outer
// layers are suspended meanwhile, unless they are being reacquired.
func (v *wait) run() (outcome, error) {
	if o, err := v.come(); o != queued {
		return o, err
	}
	defer v.giveUp()
	v.begin()
	for {
		if done, err := v.wake(v.sleep()); done {
			return acquired, v.end(err)
		}
	}
}

// come acquires the slots or puts the request into the queue.
func (v *wait) come() (o outcome, err error) {
	o, v.at, v.before = v.queue.enqueue(v.since, v.sems(), &v.waiter)
	if o == full {
		err = v.at.rejection(ErrFull, v.before, 0)
	}
	return o, err
}

// giveUp leaves the queue, or releases what was acquired unless it is kept. It also runs if an
// observer panics.
func (v *wait) giveUp() {
	if v.kept || v.queue.cancel(v.sems(), &v.waiter) || v.status != admitted {
		return
	}
	if v.demand != nil {
		v.demand.release(v.attempt, len(v.demand.sems))
		return
	}
	v.one[0].release(v.attempt)
}

func (v *wait) begin() {
	if !v.reacquiring {
		v.attempt.Suspend()
	}
	v.at.limit.emit(v.attempt, layer.WaitBegin, 0, nil)
	if least := leastMaxWait(v.sems()); least > 0 {
		v.late = time.NewTimer(least)
	}
}

// end reacquires what was suspended, unless err is set, and reports the end of the wait.
func (v *wait) end(err error) error {
	if v.late != nil {
		v.late.Stop()
	}
	d := v.now() - v.since
	v.attempt.AddWait(layer.Queue, d)
	if err == nil && !v.reacquiring {
		err = v.attempt.Reacquire(v.ctx)
	}
	v.at.limit.emit(v.attempt, layer.WaitEnd, d, err)
	v.kept = err == nil
	return err
}

// Why a request wakes up.
const (
	ready = iota
	canceled
	overdue
)

// sleep returns when the request has been admitted or something else has happened.
func (v *wait) sleep() (why int) {
	if v.late != nil {
		return v.sleepUntilLate()
	}
	select {
	case <-v.ready:
		return ready
	case <-v.ctx.Done():
		return canceled
	}
}

// sleepUntilLate is sleep with a MaxWait, which needs a larger frame.
func (v *wait) sleepUntilLate() (why int) {
	select {
	case <-v.ready:
		return ready
	case <-v.ctx.Done():
		return canceled
	case <-v.late.C:
		return overdue
	}
}

// wake reports whether the wait is over, with an error unless the request was admitted.
func (v *wait) wake(why int) (done bool, err error) {
	sems := v.sems()
	switch why {
	case ready:
		return true, v.rejection(sems, v.before)
	case canceled:
		return true, &endedError{text: v.at.described(), err: ctxerr.Of(v.ctx)}
	}
	i, again := v.queue.overdue(v.now(), sems, &v.waiter, v.since, leastMaxWait(sems))
	if i >= 0 {
		return true, sems[i].rejection(ErrDeadline, v.before, 0)
	}
	v.late.Reset(again)
	return false, nil
}

// overdue returns the index of the semaphore that w has waited for as long as it may, or -1 and
// when to look again.
func (q *queue) overdue(now time.Duration, sems []*semaphore, w *waiter, since, least time.Duration) (i int, again time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.status != waits {
		return -1, least
	}
	if w.demand != nil {
		since = w.demand.since
	}
	again = least // it may move to the limit with the least MaxWait at any time
	if m := sems[w.place].limit.MaxWait; m > 0 {
		left := m - (now - since) // since+m may overflow a Duration
		if left <= 0 {
			return int(w.place), 0
		}
		again = min(again, left)
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

// rank returns the rank of a request of ctx that comes now.
func rank(ctx context.Context, now time.Duration) int64 {
	p, _ := layer.Setting[transport.Priority](ctx)
	return int64(now - p.Advance())
}

// rejection returns the error of a request that has left the queue, or nil if it was admitted.
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

// described returns the text of the limit with the key.
func (s *semaphore) described() string { return named(s.limit.text(), s.limit.name(s.key)) }

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
