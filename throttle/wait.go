package throttle

import (
	"context"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// wait brings a request through the queue. What layers further out hold for it
// is laid down meanwhile, and it is counted only once they hold it again; it
// keeps its place until then. With resuming the request is in the middle of
// taking up holds, for somebody further in.
func (l *Limiter) wait(ctx context.Context, c *layer.Call, a *layer.Attempt, t *ticket, resuming bool) error {
	v := &visit{
		limiter: l, ctx: ctx, call: c, attempt: a, resuming: resuming,
		w: &waiter{ready: make(chan struct{}, 1), deadline: never},
	}
	if p, ok := layer.Setting[Priority](ctx); ok {
		v.w.rank = -p.worth()
	}
	if d, ok := ctx.Deadline(); ok {
		v.w.deadline = int64(d.Sub(l.epoch))
	}
	defer v.end(t)
	v.err = v.run(t)
	return v.err
}

// visit is the way of one request through the queue.
type visit struct {
	limiter *Limiter
	ctx     context.Context //nolint:containedctx // lives as long as the call
	call    *layer.Call
	attempt *layer.Attempt
	w       *waiter
	why     reason
	err     error
	waited  time.Duration
	patient *time.Timer // MaxWait

	resuming, parked, begun, counted bool
}

// run holds the mutex but while it waits, asks a store or takes up holds.
func (v *visit) run(t *ticket) error {
	l, w := v.limiter, v.w
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return &Error{Reason: ErrClosed}
	}
	l.enqueue(w, t)
	defer func() { // also on a panic of a store or a holder
		switch {
		case w.is(granted):
			l.revoke(w)
		case w.class != nil:
			l.leave(w)
		default:
			return
		}
		l.scan(l.now())
	}()
	l.scan(l.now())
	foreseen := false
	for {
		switch {
		case w.err != nil:
			return w.err
		case l.closed: // while a store was asked, or holds were taken up
			return &Error{Reason: ErrClosed}
		case w.ask > 0:
			if err := v.ask(); err != nil {
				return err
			}
			continue
		case w.goes() && v.parked:
			if err := v.resume(t); err != nil {
				return err
			}
			foreseen = foreseen && w.is(granted)
			continue
		case w.goes():
			now := l.now()
			going := l.confirm(w, t, now)
			if l.waiting > 0 || l.timer != nil {
				l.scan(now)
			}
			if going {
				return nil
			}
			foreseen = false
			continue
		}
		if !foreseen && !w.is(granted) {
			if err := v.foresee(t); err != nil {
				return err
			}
			foreseen = true
		}
		if err := v.sleep(); err != nil {
			return err
		}
	}
}

// ask asks a store for a token.
func (v *visit) ask() error {
	l, r, cost := v.limiter, v.w.class.needs[v.w.ask-1], v.w.costOf(int(v.w.ask-1))
	var got answer
	asked := l.now()
	func() {
		v.w.marks |= asking
		l.mu.Unlock()
		defer func() {
			l.mu.Lock()
			v.w.marks &^= asking
		}()
		got = r.gate.take(v.ctx, r.key)
	}()
	v.w.ask = 0
	r.gate.taking = false
	if got.err != nil && v.ctx.Err() != nil {
		return ended(v.ctx)
	}
	now := l.now()
	r.gate.hear(asked, now, got, r.rule.Per)
	switch {
	case r.gate.err != nil:
		return &Error{Rule: r.rule.text, Key: r.name(), Reason: &storeError{r.gate.err}}
	case got.err == nil && got.limit > 0 && got.limit < uint64(cost): //nolint:gosec // positive
		return &Error{Rule: r.rule.text, Key: r.name(), Reason: ErrCost} // as many are never there at once
	}
	l.scan(now)
	return nil
}

// foresee finds out what is waited for, or that it would be in vain. It is apart
// from run since the stacks of those who wait should stay small.
func (v *visit) foresee(t *ticket) error {
	var why reason
	if err := v.limiter.foresee(v.w, t, v.limiter.now(), !v.counted, &why); err != nil {
		return err
	}
	v.counted = true
	if !v.begun {
		v.why = why
	}
	return nil
}

// resume takes up what was laid down, aside from those who leave. What was kept
// meanwhile may have gone to others: then v is in the queue again.
func (v *visit) resume(t *ticket) error {
	l := v.limiter
	l.stepAside(v.w, l.now())
	if err := v.takeUp(); err != nil {
		return err
	}
	if !v.w.is(granted) {
		l.insert(v.w, t)
		l.scan(l.now())
	}
	return nil
}

// takeUp takes up what was laid down. The MaxWait of a rule goes on.
func (v *visit) takeUp() error {
	v.limiter.mu.Unlock()
	defer v.limiter.mu.Lock()
	v.parked = false
	ctx := v.ctx
	if v.why.maxWait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(v.why.maxWait-v.waited, 0))
		defer cancel()
	}
	start := time.Now()
	err := v.attempt.Reacquire(ctx)
	if err != nil && ctx.Err() != nil && v.ctx.Err() == nil {
		return v.late(v.waited + time.Since(start))
	}
	return err
}

// late is the refusal of who has waited for MaxWait.
func (v *visit) late(waited time.Duration) error {
	return &Error{Rule: v.why.rule, Key: v.why.key, Wait: waited, Reason: fmt.Errorf("%w (MaxWait is %s)", ErrDeadline, v.why.maxWait)}
}

// sleep waits for a change. Who has been granted what it needs waits only for the
// one before it in its line, which is about to leave.
func (v *visit) sleep() error {
	lining := v.w.is(granted)
	v.limiter.mu.Unlock()
	defer v.limiter.mu.Lock()
	if !lining {
		if !v.parked && !v.resuming {
			v.parked = true
			v.attempt.Suspend()
		}
		v.begin()
	}
	var late <-chan time.Time
	if v.patient != nil {
		late = v.patient.C
	}
	start := time.Now()
	defer func() { v.waited += time.Since(start) }()
	select {
	case <-v.w.ready:
		return nil
	case <-v.ctx.Done():
		return ended(v.ctx)
	case <-late:
		return v.late(v.waited + time.Since(start))
	}
}

func (v *visit) begin() {
	if v.begun {
		return
	}
	v.begun = true
	if v.why.maxWait > 0 {
		v.patient = time.NewTimer(v.why.maxWait)
	}
	v.emit(layer.WaitBegin, v.why.wait)
}

// end books the wait and tells of it. If an observer panics, what was admitted
// with t is not sent.
func (v *visit) end(t *ticket) {
	if v.patient != nil {
		v.patient.Stop()
	}
	if !v.begun {
		return
	}
	told := false
	defer func() {
		if !told {
			v.limiter.settle(t, unsent)
		}
	}()
	v.attempt.AddWait(v.why.how, v.waited)
	v.emit(layer.WaitEnd, v.waited)
	told = true
}

func (v *visit) emit(kind layer.Kind, d time.Duration) {
	if !v.call.Wants(kind) {
		return
	}
	v.call.Emit(layer.Event{
		Kind: kind, Layer: layerName, Attempt: v.attempt, How: v.why.how, Wait: d,
		Limit: v.why.limit, Per: v.why.per, Text: v.why.rule, Err: v.err,
	})
}

// reason is what a request waits for in the first place.
type reason struct {
	how     layer.Wait
	wait    time.Duration
	rule    string
	key     string
	limit   int
	per     time.Duration
	maxWait time.Duration // the smallest of its rules
}

// foresee says what w, which is in the queue with the ticket t, waits for, or
// returns the refusal if it would wait in vain, as things stand, or is fresh and
// the queue is full.
func (l *Limiter) foresee(w *waiter, t *ticket, now int64, fresh bool, why *reason) error {
	if heavy := w.tooHeavy(); heavy != nil { // the rules changed meanwhile
		return heavy
	}
	last := now
	for i := range t.n {
		n := t.need(i)
		r := n.rule
		at := n.res.eta(now, w.ahead(i), n.cost)
		d := time.Duration(at - now)
		switch {
		case fresh && n.res.waiting > r.queue && !n.res.answers(now):
			return &Error{Rule: r.text, Key: n.res.name(), Wait: d, Queue: n.res.waiting - 1, Reason: ErrFull}
		case at > w.deadline, r.MaxWait > 0 && d > r.MaxWait:
			return &Error{Rule: r.text, Key: n.res.name(), Wait: d, Queue: n.res.waiting - 1, Reason: tooLate(w, now, at, r.MaxWait)}
		}
		if r.MaxWait > 0 && (why.maxWait == 0 || r.MaxWait < why.maxWait) {
			why.maxWait = r.MaxWait
		}
		if at > last || why.rule == "" {
			last = max(at, last)
			why.how, why.wait, why.rule, why.key, why.limit, why.per = layer.Quota, d, r.text, n.res.name(), r.Limit, r.Per
		}
	}
	if p := l.pauses[t.pause]; p != nil {
		text := "pause of " + t.pause.String()
		d := time.Duration(max(p.until-now, 0))
		if fresh && p.waiting > l.pause.MaxQueue {
			return &Error{Rule: text, Wait: d, Queue: p.waiting - 1, Reason: ErrFull}
		}
		if p.until > w.deadline || why.maxWait > 0 && d > why.maxWait {
			return &Error{Rule: text, Wait: d, Queue: p.waiting - 1, Reason: tooLate(w, now, p.until, why.maxWait)}
		}
		if p.until >= last {
			why.how, why.wait, why.rule, why.key, why.limit, why.per = layer.Pause, d, text, "", 0, 0
		}
	}
	return nil
}

func tooLate(w *waiter, now, at int64, maxWait time.Duration) error {
	if at > w.deadline {
		return fmt.Errorf("%w (deadline in %s)", ErrDeadline, time.Duration(w.deadline-now).Round(time.Millisecond))
	}
	return fmt.Errorf("%w (MaxWait is %s)", ErrDeadline, maxWait)
}
