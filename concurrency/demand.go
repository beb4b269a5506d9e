package concurrency

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// demand is the slots that a request needs, of several semaphores or more than one
// of a semaphore, and once they are acquired, what holds them. One that is shared is that
// of all requests that need the same and need not wait; it never changes.
type demand struct {
	sems   []*semaphore // the narrowest first
	needs  []need       // of each of sems
	shared bool

	waiter waiter
	since  time.Duration // when the request came to the semaphore at which it is counted; guarded by queue.mu

	fewSems  [inline]*semaphore // what sems and needs are made of, mostly
	fewNeeds [inline]need
}

const (
	inline = 3
	// sharedDemands is how many demands a limiter keeps to share, by a hash of what they
	// need.
	sharedDemands = 64
)

// need is what a request needs of one semaphore.
type need struct {
	weight  int32
	hadRoom bool // there was room while the request waited; guarded by queue.mu
}

// sawRoom notes that semaphore i had room for the request.
func (w *waiter) sawRoom(i int) {
	if w.demand != nil {
		w.demand.needs[i].hadRoom = true
	}
}

// hadRoom reports whether semaphore i had room for the request at some time.
func (w *waiter) hadRoom(i int) bool { return w.demand != nil && w.demand.needs[i].hadRoom }

// demand returns what a request needs of the limits that match it, nil if none
// does. It calls the user's functions, so no lock and no slot may be held.
func (l *Limiter) demand(c *layer.Call, req *http.Request) *demand {
	var room [match.Few]int32
	var fewSems [len(room)]*semaphore
	var fewNeeds [len(room)]need
	sems, needs, hash := fewSems[:0], fewNeeds[:0], uint64(0)
	for _, i := range l.matching.Find(c, req, &room) {
		limit := l.order[i]
		if k, weight := limit.need(c, req); weight > 0 {
			s := limit.find(k)
			sems, needs = append(sems, s), append(needs, need{weight: weight})
			hash = (hash*31+s.id)*31 + uint64(weight) //nolint:gosec // wraps; at least 1
		}
	}
	if len(sems) == 0 {
		return nil
	}
	place := &l.demands[hash%sharedDemands]
	d := place.Load()
	if d == nil || !slices.Equal(d.sems, sems) || !slices.Equal(d.needs, needs) {
		d = newDemand(sems, needs)
		d.shared = true
		place.Store(d)
	}
	return d
}

// newDemand returns the demand of copies of sems and needs.
func newDemand(sems []*semaphore, needs []need) *demand {
	d := new(demand)
	d.sems, d.needs = append(d.fewSems[:0], sems...), append(d.fewNeeds[:0], needs...)
	return d
}

// need returns how many slots of which key a request that matches the fields of the
// limit needs, none if it is not counted. It calls the user's functions.
func (l *limit) need(c *layer.Call, req *http.Request) (k key, weight int32) {
	if !l.counts(req) {
		return k, 0
	}
	weight = 1
	if l.Weight != nil {
		n := l.Weight(req)
		if n < 1 {
			return k, 0
		}
		weight = int32(min(n, maxSlots+1)) //nolint:gosec // bounded
	}
	return l.keyOf(c, req), weight
}

// acquire acquires all slots at once, waiting if it must, and returns what holds them. A
// request that suspended its slots goes before those that never had one.
func (d *demand) acquire(ctx context.Context, a *layer.Attempt, reacquiring bool) (*demand, error) {
	if d.shared && reacquiring {
		d = newDemand(d.sems, d.needs)
	}
	for {
		for i, s := range d.sems {
			if reacquiring {
				d.sems[i] = s.live()
			}
			if int64(d.needs[i].weight) > s.limit.max.Load() {
				return nil, s.rejection(ErrWeight, 0, d.needs[i].weight)
			}
		}
		o := d.try(a)
		if o == acquired {
			return d, nil
		}
		if d.shared {
			d = newDemand(d.sems, d.needs)
		}
		if o == full {
			for i := range d.needs {
				d.needs[i].hadRoom = false
			}
			d.waiter = waiter{demand: d, reacquiring: reacquiring}
			var err error
			if o, err = wait(ctx, a, d.sems, &d.waiter); err != nil {
				return nil, err
			}
		}
		if o == acquired {
			return d, nil
		}
		for i, s := range d.sems {
			d.sems[i] = s.again(reacquiring)
		}
	}
}

// try acquires all slots if they are free and no request waits for any.
func (d *demand) try(a *layer.Attempt) outcome {
	for i, s := range d.sems {
		if o := s.try(d.needs[i].weight); o != acquired {
			d.release(a, i)
			return o
		}
	}
	return acquired
}

// release gives back the slots of the first n semaphores in one step.
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
		freed = d.pass(left, freed)
	}
	for _, i := range freed {
		d.sems[i].limit.emit(a, layer.SlotFreed, 0, nil)
	}
}

// pass gives back the slots of semaphores that requests wait for, and adds to freed
// those that have room again.
func (d *demand) pass(left, freed []int) []int {
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

// Resume implements [layer.Suspender].
func (d *demand) Reacquire(ctx context.Context, a *layer.Attempt) error {
	_, err := d.acquire(ctx, a, true)
	return err
}
