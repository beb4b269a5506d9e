package throttle

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/ending"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

const (
	// storeTime is how long a store may take to reply. All requests of its key wait meanwhile.
	storeTime = 5 * time.Second
	// briefly is how long a reply may take before it counts as a wait, during which holds of outer
	// layers are suspended. Most stores are faster, and reacquiring a slot may take longer.
	briefly = 10 * time.Millisecond
)

var errSlowStore = errors.New("no reply within " + storeTime.String())

// question is a call of Take. It runs in a goroutine of its own, since a store need not look at a
// context. If nobody waits for the reply any more, the question stays open, and the next request
// waits for it instead of asking again.
type question struct {
	ctx   ending.Context // derived from that of the request that asks
	at    time.Time
	asked int64
	done  chan struct{} // closed when all below is set

	reply    meter.Reply
	returned bool // there is a reply
	panicked any  // what Take panicked with
}

// ask asks the store of a resource.
func (q *question) ask(r *admission.Resource) {
	defer close(q.done)
	defer func() { q.panicked = recover() }()
	defer q.ctx.End()
	q.reply = take(&q.ctx, r)
	q.returned = true
}

// Open implements [admission.Question].
func (q *question) Open() bool {
	select {
	case <-q.done:
		return false
	default:
		return true
	}
}

// Ahead implements [ending.Owner].
func (q *question) Ahead() (time.Time, bool) {
	end := q.at.Add(storeTime)
	earlier, ok := q.ctx.Parent().Deadline()
	return end, !ok || end.Before(earlier)
}

// Own implements [ending.Owner].
func (q *question) Own(any) any { return nil }

// forgone reports whether Take failed because the context of the request that asked has ended.
func (q *question) forgone() bool {
	return q.returned && q.reply.Err != nil && q.ctx.Parent().Err() != nil
}

// askLocked asks a store for a token. It unlocks the mutex meanwhile.
func (v *wait) askLocked() error {
	s := v.shell
	resource, cost := s.core.Ask(&v.waiter)
	q, open := resource.Question.(*question)
	if !open {
		q = &question{at: time.Now(), asked: s.nowLocked(), done: make(chan struct{})}
		q.ctx.Begin(v.ctx, q)
		resource.Question = q
		go q.ask(resource)
	}
	asked := false
	defer func() {
		if !asked { // a holder or an observer panicked
			s.core.Asked(&v.waiter, resource, cost, q.asked, s.nowLocked(), nil)
		}
	}()
	from := s.nowLocked()
	why := v.awaitUnlocking(q)
	asked = true
	now := s.nowLocked()
	if d := time.Duration(now - from); d > briefly {
		v.asked += d
	}
	if why == changed && resource.Question == admission.Question(q) {
		resource.Question = nil
	}
	var reply *meter.Reply // nil if there is none: then the next request asks
	switch late := now-q.asked > int64(storeTime); {
	case why == tooLate:
		q.ctx.Expire(errSlowStore)
		v.attempt.AddNote("store: " + errSlowStore.Error())
		reply = &meter.Reply{Err: errSlowStore}
	case why == changed && q.returned && !q.forgone() && !late:
		reply = &q.reply
	}
	r := s.core.Asked(&v.waiter, resource, cost, q.asked, now, reply)
	s.updateLocked()
	switch {
	case r != nil:
		return rejected(r)
	case reply != nil:
		return nil
	case why == changed && !q.returned && !open:
		q.end()
	case v.ctx.Err() != nil:
		return ctxerr.Of(v.ctx)
	}
	s.core.Tick(now) // w itself may be the next
	s.updateLocked()
	return nil
}

// end ends the goroutine that asked in the way that the call of Take ended without returning.
func (q *question) end() {
	if q.panicked != nil {
		panic(q.panicked)
	}
	runtime.Goexit()
}

// awaitUnlocking waits for the reply to a question, with the mutex unlocked, and returns why it
// stopped waiting.
func (v *wait) awaitUnlocking(q *question) (why int) {
	left := storeTime - time.Duration(v.shell.nowLocked()-q.asked)
	v.unlock()
	defer v.lock()
	if !v.suspended && !v.reacquiring && left > briefly {
		if why = q.await(v.ctx, briefly); why != tooLate {
			return why
		}
		v.suspended = true
		v.attempt.Suspend()
		left -= briefly
	}
	return q.await(v.ctx, left)
}

// await waits at most d for the reply.
func (q *question) await(ctx context.Context, d time.Duration) (why int) {
	select {
	case <-q.done: // even if the time is over
		return changed
	default:
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-q.done:
		return changed
	case <-ctx.Done():
		return canceled
	case <-t.C:
		return tooLate
	}
}
