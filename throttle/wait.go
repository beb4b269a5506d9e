package throttle

import (
	"context"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/transport"
)

// wait brings a request through the queue. Holds of outer layers are suspended meanwhile. The
// request is counted only once they have been reacquired, and keeps its place until then.
// reacquiring says that an inner layer is reacquiring holds of the request.
func (s *shell) wait(ctx context.Context, a *layer.Attempt, d *admission.Demand, reacquiring bool) error {
	return s.enterLocking(ctx, a, d, reacquiring).runLocked()
}

// wait is the wait of one request. Thousands of requests may wait, so what a wait needs is here and
// not on its stack, and runLocked, in which it sleeps, has a small frame.
type wait struct {
	shell    *shell
	ctx      context.Context //nolint:containedctx // it lives as long as the call
	attempt  *layer.Attempt
	demand   *admission.Demand
	waiter   admission.Waiter
	forecast *admission.Forecast // nil if neither an observer nor a MaxWait needs it
	waited   time.Duration
	asked    time.Duration // how long stores took, if longer than briefly
	slept    int64         // when it last began to sleep
	patience *time.Timer   // MaxWait

	reacquiring, suspended, begun, counted, foreseen, paused, came, locked bool
}

func (v *wait) lock() {
	v.shell.mu.Lock()
	v.locked = true
}

func (v *wait) unlock() {
	v.locked = false
	v.shell.mu.Unlock()
}

// enterLocking puts a request in its queue and leaves the mutex locked.
func (s *shell) enterLocking(ctx context.Context, a *layer.Attempt, d *admission.Demand, reacquiring bool) *wait {
	v := &wait{shell: s, ctx: ctx, attempt: a, demand: d, reacquiring: reacquiring}
	v.waiter.Owner = make(chan struct{}, 1) // one element: something has changed
	var advance time.Duration
	if p, ok := layer.Setting[transport.Priority](ctx); ok {
		advance = p.Advance()
	}
	deadline := int64(meter.Never)
	if t, ok := ctx.Deadline(); ok {
		// Not by the epoch: a deadline that was made from a time in UTC has no monotonic reading, and
		// the wall clock may have been set since the limiter was made.
		left, now := int64(time.Until(t)), s.clock()
		deadline = now + min(left, meter.Never-now)
	}
	v.lock()
	if !s.closed {
		v.came = true
		s.core.Enqueue(&v.waiter, d, advance, deadline, s.nowLocked())
		s.updateLocked()
	}
	return v
}

// runLocked returns once the request may leave, or must not. It unlocks the mutex.
func (v *wait) runLocked() (err error) {
	defer v.leave(&err) // also if a store, a holder or an observer panics
	for {
		if done, err := v.stepLocked(); done {
			return err
		}
		v.beforeSleepLocked()
		why := changed // a granted request waits only for the previous one in its line, which is about to leave
		if v.patience != nil {
			why = v.sleepUntilLate()
		} else {
			ready, _ := v.waiter.Owner.(chan struct{})
			select {
			case <-ready:
			case <-v.ctx.Done():
				why = canceled
			}
		}
		if err := v.afterSleepLocked(why); err != nil {
			return err
		}
	}
}

// leave removes the request from the queue if it is still there, unlocks the mutex and reports the
// end of the wait.
func (v *wait) leave(err *error) {
	s, w := v.shell, &v.waiter
	if !v.locked { // a panic
		v.lock()
	}
	if v.came && (w.Queued() || w.Granted()) {
		s.core.Cancel(w, s.nowLocked())
	}
	s.updateLocked()
	v.unlock()
	v.end(*err)
}

// stepLocked does what must be done before the request can sleep. It reports true if the request
// leaves or there is an error. The mutex is unlocked while a store is asked or holds are
// reacquired.
func (v *wait) stepLocked() (done bool, err error) {
	s, w := v.shell, &v.waiter
	for {
		switch r := w.Rejection(); {
		case r != nil:
			return true, rejected(r)
		case s.closed: // before it came, while a store was asked, or while holds were reacquired
			return true, &Error{Reason: ErrClosed}
		case w.IsToAsk():
			if err := v.askLocked(); err != nil {
				return true, err
			}
			continue
		case w.MayLeave() && v.suspended:
			if err := v.reacquireLocked(); err != nil {
				return true, err
			}
			v.foreseen = v.foreseen && w.Granted()
			continue
		case w.MayLeave():
			if s.core.Confirm(w, v.demand, s.nowLocked()) {
				return true, nil
			}
			s.updateLocked()
			v.foreseen = false
			continue
		}
		if !v.foreseen && !w.Granted() {
			if r := v.foreseeLocked(); r != nil {
				return true, rejected(r)
			}
			v.foreseen = true
		}
		return false, nil
	}
}

// foreseeLocked determines what the request waits for, or that waiting would be in vain.
func (v *wait) foreseeLocked() *admission.Rejection {
	var f admission.Forecast
	if r := v.shell.core.Forecast(&v.waiter, v.demand, v.shell.nowLocked(), !v.counted, &f); r != nil {
		return r
	}
	v.counted = true
	if !v.begun {
		v.paused, v.forecast = f.Paused, nil
		if f.MaxWait > 0 || v.attempt.Call().Wants(layer.WaitBegin|layer.WaitEnd) {
			kept := f
			v.forecast = &kept
		}
	}
	return nil
}

// reacquireLocked reacquires what was suspended, outside of the line of those that leave. If the
// reservation expires meanwhile, the request is in the queue again. It unlocks the mutex meanwhile.
func (v *wait) reacquireLocked() error {
	s := v.shell
	s.core.Reacquire(&v.waiter, s.nowLocked())
	s.updateLocked()
	v.unlock()
	err := v.reacquireHolds()
	v.lock()
	if err != nil {
		return err
	}
	if v.waiter.Expired() {
		s.core.Requeue(&v.waiter, v.demand, s.nowLocked())
		s.updateLocked()
	}
	return nil
}

// reacquireHolds reacquires what was suspended. The MaxWait of a rule still applies.
func (v *wait) reacquireHolds() error {
	v.suspended = false
	ctx := v.ctx
	if f := v.forecast; f != nil && f.MaxWait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(f.MaxWait-v.waited, 0))
		defer cancel()
	}
	start := time.Now()
	err := v.attempt.Reacquire(ctx)
	if err != nil && ctx.Err() != nil && v.ctx.Err() == nil {
		return v.late(v.waited + time.Since(start))
	}
	return err
}

// late returns the rejection of a request that has waited for MaxWait.
func (v *wait) late(waited time.Duration) *Error {
	f := v.forecast
	return &Error{Rule: f.Rule, Key: f.Key, Wait: waited, Reason: &patienceError{f.MaxWait}}
}

// end records the wait and emits its event. If an observer panics, an admitted request is not sent.
func (v *wait) end(err error) {
	if v.patience != nil {
		v.patience.Stop()
	}
	v.attempt.AddWait(layer.Quota, v.asked)
	if !v.begun {
		return
	}
	emitted := false
	defer func() {
		if !emitted {
			v.shell.finish(v.demand, admission.Unsent)
		}
	}()
	v.attempt.AddWait(v.how(), v.waited)
	v.emit(layer.WaitEnd, v.waited, err)
	emitted = true
}

func (v *wait) how() layer.Wait {
	if v.paused {
		return layer.Pause
	}
	return layer.Quota
}

func (v *wait) emit(kind layer.Kind, d time.Duration, err error) {
	c, f := v.attempt.Call(), v.forecast
	if !c.Wants(kind) {
		return
	}
	c.Emit(layer.Event{
		Kind: kind, Layer: layerName, Attempt: v.attempt, How: v.how(), Wait: d,
		Limit: f.Limit, Per: f.Per, Text: f.Rule, Err: err,
	})
}
