package concurrency

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// demand is the slots that a request needs, if they are not just one slot of one semaphore. Once
// they are acquired, it holds them. A shared demand is used by all requests that need the same and
// need not wait. It never changes.
type demand struct {
	sems   []*semaphore // the narrowest first
	needs  []need       // one for each of sems
	shared bool

	since time.Duration // when the request came to the semaphore that counts it; guarded by queue.mu

	fewSems  [inline]*semaphore // backing arrays of sems and needs, unless there are more
	fewNeeds [inline]need
}

const (
	inline = 3
	// sharedDemands is how many demands a limiter shares, by a hash of what they need.
	sharedDemands = 64
)

// need is what a request needs of one semaphore.
type need struct {
	weight  int32
	hadRoom bool // there was room while the request waited; guarded by queue.mu
}

// sawRoom records that semaphore i had room for the request.
func (w *waiter) sawRoom(i int) {
	if w.demand != nil {
		w.demand.needs[i].hadRoom = true
	}
}

// hadRoom reports whether semaphore i had room for the request at some time.
func (w *waiter) hadRoom(i int) bool { return w.demand != nil && w.demand.needs[i].hadRoom }

// scratch is the memory in which a demand is built, so that it is not on the stack of a request
// that may wait.
type scratch struct {
	room  [match.Few]int32
	sems  []*semaphore
	needs []need
}

// demand returns what a request needs of the limits that match it, or nil if none does. It calls
// the user's functions, so no lock and no slot may be held.
func (l *Limiter) demand(c *layer.Call, req *http.Request) (d *demand) {
	x, _ := l.scratch.Get().(*scratch)
	if x == nil {
		x = new(scratch)
	}
	hash := uint64(0)
	for _, i := range l.matching.Find(c, req, &x.room) {
		if s, weight := l.order[i].semaphoreFor(c, req); weight > 0 {
			x.sems, x.needs = append(x.sems, s), append(x.needs, need{weight: weight})
			hash = (hash*31+s.id)*31 + uint64(weight) //nolint:gosec // wraps; at least 1
		}
	}
	if len(x.sems) > 0 {
		d = l.share(x.sems, x.needs, hash)
	}
	clear(x.sems)
	x.sems, x.needs = x.sems[:0], x.needs[:0]
	l.scratch.Put(x)
	return d
}

// share returns the demand that all requests with these needs share.
func (l *Limiter) share(sems []*semaphore, needs []need, hash uint64) *demand {
	place := &l.demands[hash%sharedDemands]
	d := place.Load()
	if d == nil || !slices.Equal(d.sems, sems) || !slices.Equal(d.needs, needs) {
		d = newDemand(sems, needs)
		d.shared = true
		place.Store(d)
	}
	return d
}

// newDemand returns a demand with copies of sems and needs.
//
//go:noinline
func newDemand(sems []*semaphore, needs []need) *demand {
	d := new(demand)
	d.sems, d.needs = append(d.fewSems[:0], sems...), append(d.fewNeeds[:0], needs...)
	return d
}

// semaphoreFor returns the semaphore of a request that matches the fields of the limit, and how
// many slots the request needs. That is 0 if the request is not counted. It calls the user's
// functions.
func (l *limit) semaphoreFor(c *layer.Call, req *http.Request) (s *semaphore, weight int32) {
	if !l.counts(req) {
		return nil, 0
	}
	weight = 1
	if l.Weight != nil {
		n := l.Weight(req)
		if n < 1 {
			return nil, 0
		}
		weight = int32(min(n, maxSlots+1)) //nolint:gosec // bounded
	}
	return l.of(c, req), weight
}

// acquire acquires all slots at once, waiting if necessary, and returns the demand that holds them.
// A request that has suspended its slots goes before those that never had one.
func (d *demand) acquire(ctx context.Context, a *layer.Attempt, reacquiring bool) (*demand, error) {
	d, w, err := d.enter(ctx, a, reacquiring)
	if w != nil {
		err = w.run()
	}
	return d, err
}

// enter is acquire for a request that does not wait. If it must, enter returns its wait.
func (d *demand) enter(ctx context.Context, a *layer.Attempt, reacquiring bool) (*demand, *wait, error) {
	d, o, err := d.tryLive(a, reacquiring)
	if err != nil || o == acquired {
		return d, nil, err
	}
	d = d.own()
	return d, newWait(ctx, a, d.sems[0], d, reacquiring), nil
}

// tryLive is tryOrReject for the semaphores of d, or for those that have replaced them. It returns the
// demand for these.
func (d *demand) tryLive(a *layer.Attempt, reacquiring bool) (*demand, outcome, error) {
	if reacquiring {
		d = d.own()
	}
	for {
		o, err := d.tryOrReject(a, reacquiring)
		if err != nil || o != gone {
			return d, o, err
		}
		d = d.own()
		d.again(reacquiring)
	}
}

// own returns the demand, or a copy if it is shared.
func (d *demand) own() *demand {
	if d.shared {
		return newDemand(d.sems, d.needs)
	}
	return d
}

// again looks up semaphores that were evicted once more.
func (d *demand) again(reacquiring bool) {
	for i, s := range d.sems {
		d.sems[i] = s.again(reacquiring)
	}
}

// tryOrReject is try, but rejects a request that weighs too much.
func (d *demand) tryOrReject(a *layer.Attempt, reacquiring bool) (outcome, error) {
	for i, s := range d.sems {
		if reacquiring {
			if live := s.live(); live != s { // the loser of a hedge reacquires what the winner may read: see scarce
				d.sems[i] = live
			}
		}
		if int64(d.needs[i].weight) > s.limit.max.Load() {
			return full, s.rejection(ErrWeight, 0, d.needs[i].weight)
		}
		if !d.shared {
			d.needs[i].hadRoom = false
		}
	}
	return d.try(a), nil
}

// try acquires all slots if they are free and no request waits for any of them.
func (d *demand) try(a *layer.Attempt) outcome {
	for i, s := range d.sems {
		if o := s.try(d.needs[i].weight); o != acquired {
			d.release(a, i)
			return o
		}
	}
	return acquired
}

// release releases the slots of the first n semaphores in one step.
func (d *demand) release(a *layer.Attempt, n int) {
	var someLeft, someFreed [4]int
	left, freed := someLeft[:0], someFreed[:0] // indices of semaphores that are closed, and of those with room again
	for i := range n {
		switch free, ok := d.sems[i].live().give(d.needs[i].weight); {
		case !ok:
			left = append(left, i)
		case free:
			freed = append(freed, i)
		}
	}
	if len(left) > 0 {
		freed = d.releaseQueued(left, freed)
	}
	for _, i := range freed {
		d.sems[i].limit.emit(a, layer.SlotFreed, 0, nil)
	}
}

// releaseQueued releases the slots of semaphores that requests wait for, and adds to freed the
// semaphores that have room again.
func (d *demand) releaseQueued(left, freed []int) []int {
	q := d.sems[0].live().queue()
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, i := range left {
		s := d.sems[i].live()
		if s.giveLocked(d.needs[i].weight) {
			freed = append(freed, i)
		}
		q.dirty = append(q.dirty, s)
	}
	q.admitLocked(now)
	return freed
}

func (d *demand) scarce() bool { return slices.ContainsFunc(d.sems, (*semaphore).scarce) }

func (d *demand) observe(what sample, took time.Duration, timeout bool) {
	for _, s := range d.sems {
		s.observe(what, took, timeout)
	}
}

// BodyEnd implements [layer.BodyEnder].
func (d *demand) BodyEnd(a *layer.Attempt) { d.release(a, len(d.sems)) }

// Suspend implements [layer.Suspender].
func (d *demand) Suspend(a *layer.Attempt) { d.release(a, len(d.sems)) }

// Reacquire implements [layer.Suspender].
func (d *demand) Reacquire(ctx context.Context, a *layer.Attempt) error {
	_, err := d.acquire(ctx, a, true)
	return err
}
