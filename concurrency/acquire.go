package concurrency

import (
	"context"
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/layer"
)

// held is what a request has acquired: one slot of one limit, or more.
type held interface {
	layer.Suspender
	// learn hands a sample to the adaptive limits.
	learn(s sample)
	// scarce reports whether none of the slots may be lost.
	scarce() bool
}

// slots are the slots of more than one limit, or more than one slot.
type slots struct{ parts []part }

// acquire acquires the slots of each limit that matches, in one step, and returns
// what holds them; nil if none matches.
func (l *Limiter) acquire(ctx context.Context, c *layer.Call, a *layer.Attempt, req *http.Request) (held, error) {
	var parts []part
	if len(l.limits) == 1 {
		p, free := l.limits[0].acquireFree(c, req)
		switch {
		case p.sem == nil:
			return nil, nil
		case free:
			return p.sem, nil
		}
		parts = p.alone()
	} else if parts = l.needs(c, req); len(parts) == 0 {
		return nil, nil
	}
	for {
		ok, err := l.enter(ctx, a, parts, false)
		switch {
		case err != nil:
			return nil, err
		case ok && len(parts) == 1 && parts[0].weight == 1:
			return parts[0].sem, nil // one object less
		case ok:
			return &slots{parts}, nil
		}
		parts = slices.Clone(parts)
		for i, p := range parts { // some were evicted meanwhile
			parts[i].sem = p.sem.limit.find(p.sem.key)
		}
	}
}

// acquireFree acquires one slot of the only limit without an allocation, if it is
// free. It returns what the request needs, the zero part if the limit does not
// concern it.
func (l *limit) acquireFree(c *layer.Call, req *http.Request) (p part, free bool) {
	// Most often the limit is per host, the host is the one that was asked for last,
	// spelled as then, and nothing else has to be known of the request.
	if l.plain {
		if s := l.last.Load(); s != nil && s.key.host == req.URL.Host && l.match.Match(c, req) && s.try(1) == acquired {
			return part{s, 1}, true
		}
	}
	p = l.needs(c, req)
	return p, p.weight == 1 && p.sem.try(1) == acquired
}

// needs returns what the request needs of each limit that matches.
func (l *Limiter) needs(c *layer.Call, req *http.Request) []part {
	parts := make([]part, 0, len(l.limits))
	for _, limit := range l.limits {
		if p := limit.needs(c, req); p.sem != nil {
			parts = append(parts, p)
		}
	}
	return parts
}

// needs returns what the request needs of the limit, the zero part if it does not
// concern the request. It calls the user's functions, so no lock and no slot may be
// held.
func (l *limit) needs(c *layer.Call, req *http.Request) (p part) {
	if !l.match.Match(c, req) {
		return p
	}
	weight := 1
	if l.Weight != nil {
		if weight = l.Weight(req); weight < 1 {
			return p
		}
	}
	return part{l.find(l.keyOf(c, req)), int32(min(weight, mostSlots+1))} //nolint:gosec // bounded
}

// reacquire acquires the slots of the parts again, before requests that never had
// any.
func (l *Limiter) reacquire(ctx context.Context, a *layer.Attempt, parts []part) error {
	for {
		parts = live(parts)
		if ok, err := l.enter(ctx, a, parts, true); ok || err != nil {
			return err
		}
		for _, p := range parts {
			p.sem.limit.revive(p.sem)
		}
	}
}

// live returns the parts with the semaphores that stand for theirs now.
func live(parts []part) []part {
	copied := false
	for i, p := range parts {
		s := p.sem.live()
		if s == p.sem {
			continue
		}
		if !copied {
			parts, copied = slices.Clone(parts), true
		}
		parts[i].sem = s
	}
	return parts
}

// enter acquires the slots of the parts, waiting if it must. It is false without an
// error if a semaphore was evicted meanwhile.
func (l *Limiter) enter(ctx context.Context, a *layer.Attempt, parts []part, again bool) (bool, error) {
	for i, p := range parts {
		if int64(p.weight) > p.sem.limit.max.Load() {
			return false, p.sem.rejection(0, ErrWeight)
		}
		switch p.sem.try(p.weight) {
		case acquired:
			continue
		case evicted:
			l.release(a, parts[:i])
			p.sem.limit.forget(p.sem)
			return false, nil
		case mustWait, queueFull:
		}
		l.release(a, parts[:i])
		return l.wait(ctx, a, parts, again)
	}
	return true, nil
}

// release releases the slots of the parts, as one step where requests wait for them.
func (l *Limiter) release(a *layer.Attempt, parts []part) {
	var contended []part
	for _, p := range parts {
		s := p.sem.live()
		switch ok, freed := s.release(p.weight); {
		case !ok:
			contended = append(contended, part{s, p.weight})
		case freed:
			s.limit.emit(a, layer.SlotFreed, 0, nil)
		}
	}
	if contended == nil {
		return
	}
	for _, s := range l.queue.release(contended) {
		s.limit.emit(a, layer.SlotFreed, 0, nil)
	}
}

// BodyEnd implements [layer.BodyEnder].
func (s *slots) BodyEnd(a *layer.Attempt) { s.parts[0].sem.limit.limiter.release(a, s.parts) }

// Suspend implements [layer.Suspender].
func (s *slots) Suspend(a *layer.Attempt) { s.BodyEnd(a) }

// Reacquire implements [layer.Suspender].
func (s *slots) Reacquire(ctx context.Context, a *layer.Attempt) error {
	return s.parts[0].sem.limit.limiter.reacquire(ctx, a, s.parts)
}

func (s *slots) scarce() bool {
	return slices.ContainsFunc(s.parts, func(p part) bool { return p.sem.scarce() })
}
