package concurrency

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// wait is the wait of one request. Thousands of requests may wait, so what a wait needs is here and
// not on its stack, and run, in which it sleeps, has a small frame.
type wait struct {
	waiter
	ctx     context.Context //nolint:containedctx // it lives as long as the call
	attempt *layer.Attempt
	at      *semaphore    // the semaphore at which it was counted first
	one     [1]*semaphore // without a demand; with one, its first semaphore
	since   time.Duration // when it began
	late    *time.Timer   // the end of the least MaxWait
	before  int32         // how many requests were before it
	kept    bool          // what it got must not be released
}

// newWait returns the wait for the slots of a demand, or for one slot of s if d is nil.
//
//go:noinline
func newWait(ctx context.Context, a *layer.Attempt, s *semaphore, d *demand, reacquiring bool) *wait {
	v := &wait{ctx: ctx, attempt: a}
	v.demand, v.reacquiring = d, reacquiring
	v.ready = make(chan struct{})
	v.startAt(s)
	return v
}

// startAt begins the wait. s is the semaphore of the request, or the first one of its demand.
func (v *wait) startAt(s *semaphore) {
	v.at, v.one[0] = s, s
	v.since = v.now()
	v.links.Rank = rank(v.ctx, v.since)
}

// hold returns what the request holds after its wait.
func (v *wait) hold() hold {
	if v.demand == nil {
		return v.one[0]
	}
	return v.demand
}

// queue returns the queue of the request.
func (v *wait) queue() *queue { return v.one[0].queue() }

// sems returns the semaphores whose slots the request waits for.
func (v *wait) sems() []*semaphore {
	if v.demand == nil {
		return v.one[:]
	}
	return v.demand.sems
}

// now returns the time since the epoch of the limiter.
func (v *wait) now() time.Duration { return time.Since(v.one[0].limit.epoch) }

// run waits for all slots at once, and returns nil when they are acquired. Holds of outer layers are
// suspended meanwhile, unless they are being reacquired.
func (v *wait) run() error {
	o, err := v.come()
	for o == gone {
		if o, err = v.again(); o == full && err == nil {
			o, err = v.come()
		}
	}
	if o != queued {
		return err
	}
	defer v.giveUp()
	v.begin()
	for {
		why := ready
		if v.late != nil {
			why = v.sleepUntilLate()
		} else {
			select {
			case <-v.ready:
			case <-v.ctx.Done():
				why = canceled
			}
		}
		if done, err := v.wake(why); done {
			return v.end(err)
		}
	}
}

// come acquires the slots or puts the request into the queue. It returns gone if a semaphore was
// evicted.
func (v *wait) come() (o outcome, err error) {
	o, at, before := v.queue().enqueue(v.since, v.sems(), &v.waiter)
	v.at, v.before = at, int32(before) //nolint:gosec // 30 bits
	if o == full {
		err = v.at.rejection(ErrFull, before, 0)
	}
	return o, err
}

// again tries to acquire the slots after a semaphore was evicted, or begins the wait again.
func (v *wait) again() (o outcome, err error) {
	s := v.one[0]
	if v.demand == nil {
		s, o = s.tryLive(v.reacquiring)
	} else {
		_, o, err = v.demand.tryLive(v.attempt, v.reacquiring)
		s = v.demand.sems[0]
	}
	v.startAt(s)
	return o, err
}

// giveUp leaves the queue, or releases what was acquired unless it is kept. It also runs if an
// observer panics.
func (v *wait) giveUp() {
	if v.kept || v.queue().cancel(v.sems(), &v.waiter) || v.status != admitted {
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

// sleepUntilLate is the sleep of a request with a MaxWait. It needs a larger frame.
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
		return true, v.rejection(sems, int(v.before))
	case canceled:
		return true, &endedError{text: v.at.described(), err: ctxerr.Of(v.ctx)}
	}
	i, again := v.queue().overdue(v.now(), sems, &v.waiter, v.since, leastMaxWait(sems))
	if i >= 0 {
		return true, sems[i].rejection(ErrDeadline, int(v.before), 0)
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
