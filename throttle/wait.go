package throttle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
	"github.com/gracy-go/gracy/transport"
)

// wait brings a request through the queue. What outer layers hold for it is
// suspended meanwhile, and it is counted only once they hold it again; it keeps its
// place until then. With reacquiring the request is in the middle of reacquiring
// holds, for an inner layer.
func (s *shell) wait(ctx context.Context, c *layer.Call, a *layer.Attempt, d *admission.Demand, reacquiring bool) error {
	ready := make(chan struct{}, 1)
	v := &wait{
		shell: s, ctx: ctx, call: c, attempt: a, reacquiring: reacquiring,
		waiter: &admission.Waiter{Owner: ready}, ready: ready,
	}
	var advance time.Duration
	if p, ok := layer.Setting[transport.Priority](ctx); ok {
		advance = p.Advance()
	}
	deadline := int64(meter.Never)
	if t, ok := ctx.Deadline(); ok {
		deadline = int64(t.Sub(s.epoch))
	}
	defer v.end(d)
	v.err = v.run(d, advance, deadline)
	return v.err
}

// wait is the way of one request through the queue.
type wait struct {
	shell    *shell
	ctx      context.Context //nolint:containedctx // it lives as long as the call
	call     *layer.Call
	attempt  *layer.Attempt
	waiter   *admission.Waiter
	ready    chan struct{} // it holds one: something has changed
	forecast admission.Forecast
	err      error
	waited   time.Duration
	patience *time.Timer // MaxWait

	reacquiring, suspended, begun, counted bool
}

// run holds the mutex but while it waits, asks a store or reacquires holds.
func (v *wait) run(d *admission.Demand, advance time.Duration, deadline int64) error {
	s, w := v.shell, v.waiter
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return &Error{Reason: ErrClosed}
	}
	s.core.Enqueue(w, d, advance, deadline, s.nowLocked())
	defer func() { // also on a panic of a store or of a holder
		if w.Queued() || w.Granted() {
			s.core.Cancel(w, s.nowLocked())
		}
		s.updateLocked()
	}()
	s.updateLocked()
	foreseen := false
	for {
		switch r := w.Rejection(); {
		case r != nil:
			return rejected(r)
		case s.closed: // while a store was asked, or holds were reacquired
			return &Error{Reason: ErrClosed}
		case w.IsToAsk():
			if err := v.askLocked(); err != nil {
				return err
			}
			continue
		case w.MayLeave() && v.suspended:
			if err := v.reacquireLocked(d); err != nil {
				return err
			}
			foreseen = foreseen && w.Granted()
			continue
		case w.MayLeave():
			if s.core.Confirm(w, d, s.nowLocked()) {
				return nil
			}
			s.updateLocked()
			foreseen = false
			continue
		}
		if !foreseen && !w.Granted() {
			if r := v.foreseeLocked(d); r != nil {
				return rejected(r)
			}
			foreseen = true
		}
		if err := v.sleepLocked(); err != nil {
			if e, ok := errors.AsType[*Error](err); ok { // MaxWait is over
				e.Queue = w.Others()
			}
			return err
		}
	}
}

// askLocked asks a store for a token. It unlocks the mutex meanwhile.
func (v *wait) askLocked() error {
	s := v.shell
	asked := s.nowLocked()
	resource, cost := s.core.Ask(v.waiter)
	var reply meter.Reply
	replied := false
	func() {
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			if !replied { // the store panics
				s.core.Asked(v.waiter, resource, cost, asked, s.nowLocked(), nil)
			}
		}()
		reply = take(v.ctx, resource)
		replied = true
	}()
	if reply.Err != nil && v.ctx.Err() != nil {
		s.core.Asked(v.waiter, resource, cost, asked, s.nowLocked(), nil)
		return ctxerr.Of(v.ctx)
	}
	if r := s.core.Asked(v.waiter, resource, cost, asked, s.nowLocked(), &reply); r != nil {
		return rejected(r)
	}
	s.updateLocked()
	return nil
}

// foreseeLocked finds out what is waited for, or that it would be in vain. It is
// apart from run since the stacks of requests that wait should stay small.
func (v *wait) foreseeLocked(d *admission.Demand) *admission.Rejection {
	var f admission.Forecast
	if r := v.shell.core.Forecast(v.waiter, d, v.shell.nowLocked(), !v.counted, &f); r != nil {
		return r
	}
	v.counted = true
	if !v.begun {
		v.forecast = f
	}
	return nil
}

// reacquireLocked reacquires what was suspended, out of the line of those that
// leave. The reservation may have expired meanwhile: then the request is in the queue
// again. It unlocks the mutex meanwhile.
func (v *wait) reacquireLocked(d *admission.Demand) error {
	s := v.shell
	s.core.Reacquire(v.waiter, s.nowLocked())
	s.updateLocked()
	if err := v.reacquireHolds(); err != nil {
		return err
	}
	if v.waiter.Expired() {
		s.core.Requeue(v.waiter, d, s.nowLocked())
		s.updateLocked()
	}
	return nil
}

// reacquireHolds reacquires what was suspended. The MaxWait of a rule goes on. It
// unlocks the mutex meanwhile, which must be locked.
func (v *wait) reacquireHolds() error {
	v.shell.mu.Unlock()
	defer v.shell.mu.Lock()
	v.suspended = false
	ctx := v.ctx
	if v.forecast.MaxWait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(v.forecast.MaxWait-v.waited, 0))
		defer cancel()
	}
	start := time.Now()
	err := v.attempt.Reacquire(ctx)
	if err != nil && ctx.Err() != nil && v.ctx.Err() == nil {
		return v.late(v.waited + time.Since(start))
	}
	return err
}

// late is the rejection of a request that has waited for MaxWait.
func (v *wait) late(waited time.Duration) error {
	f := &v.forecast
	return &Error{Rule: f.Rule, Key: f.Key, Wait: waited, Reason: fmt.Errorf("%w (MaxWait is %s)", ErrDeadline, f.MaxWait)}
}

// sleepLocked waits for a change. A granted request waits only for the one before it
// in its line, which is about to leave. It unlocks the mutex meanwhile.
func (v *wait) sleepLocked() error {
	inLine := v.waiter.Granted()
	v.shell.mu.Unlock()
	defer v.shell.mu.Lock()
	if !inLine {
		if !v.suspended && !v.reacquiring {
			v.suspended = true
			v.attempt.Suspend()
		}
		v.begin()
	}
	var late <-chan time.Time
	if v.patience != nil {
		late = v.patience.C
	}
	start := time.Now()
	defer func() { v.waited += time.Since(start) }()
	select {
	case <-v.ready:
		return nil
	case <-v.ctx.Done():
		return ctxerr.Of(v.ctx)
	case <-late:
		return v.late(v.waited + time.Since(start))
	}
}

func (v *wait) begin() {
	if v.begun {
		return
	}
	v.begun = true
	if v.forecast.MaxWait > 0 {
		v.patience = time.NewTimer(v.forecast.MaxWait)
	}
	v.emit(layer.WaitBegin, v.forecast.Wait)
}

// end records the wait and emits its event. If an observer panics, what was admitted
// with d is not sent.
func (v *wait) end(d *admission.Demand) {
	if v.patience != nil {
		v.patience.Stop()
	}
	if !v.begun {
		return
	}
	emitted := false
	defer func() {
		if !emitted {
			v.shell.finish(d, admission.Unsent)
		}
	}()
	v.attempt.AddWait(v.how(), v.waited)
	v.emit(layer.WaitEnd, v.waited)
	emitted = true
}

func (v *wait) how() layer.Wait {
	if v.forecast.Paused {
		return layer.Pause
	}
	return layer.Quota
}

func (v *wait) emit(kind layer.Kind, d time.Duration) {
	if !v.call.Wants(kind) {
		return
	}
	v.call.Emit(layer.Event{
		Kind: kind, Layer: layerName, Attempt: v.attempt, How: v.how(), Wait: d,
		Limit: v.forecast.Limit, Per: v.forecast.Per, Text: v.forecast.Rule, Err: v.err,
	})
}
