package timeout

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/ending"
	"github.com/gracy-go/gracy/layer"
)

// within sends req and waits for the headers no longer than the rule allows. next gets a copy of
// req, which is made in room.
func (l *deadline) within(req, room *http.Request, next http.RoundTripper) (*http.Response, error) {
	kept := false // whether the end of the body will call leave
	defer func() {
		if !kept {
			l.leave()
		}
	}()
	resp, err := next.RoundTrip(l.uploading(req, room))
	v := l.visit
	v.report()
	if !l.meet() {
		if resp != nil {
			_ = resp.Body.Close()
		}
		if v != nil && v.cut.Load() {
			v.attempt.AddNote("connection closed: it received nothing")
			err = nil // it only says that the connection was closed
		}
		return nil, l.explain(err)
	}
	if err != nil || resp == nil {
		return nil, err
	}
	kept = true
	if v != nil {
		v.own(resp)
	} else {
		layer.AttemptFrom(&l.ctx).Own(resp, &l.tie)
	}
	return resp, nil
}

// deadline ends a context unless the headers arrive in time. After them the context lives until the
// response body ends. A context of package context with a deadline cannot do that: it would end the
// body too.
type deadline struct {
	ctx    ending.Context
	tie    ending.Tie[*layer.Attempt]
	rule   rule
	visit  *visit // what follows the attempt, nil if nothing does
	clock  *clock
	start  time.Duration
	alarms *alarms
	alarm  alarm
	state  atomic.Uint32
	err    atomic.Pointer[Error] // the cause if the limit ends the context

	moved   atomic.Int64           // when the request body last moved, counted from start; 0 means never
	sending atomic.Int32           // how many request bodies are being sent
	latest  atomic.Pointer[upload] // the request body that was begun last

	// patience is how long the response body may be silent. For a call it is 0 if that is at most
	// quiet. For an attempt it is at least quiet.
	patience time.Duration
}

// The states of a deadline.
const (
	running  uint32 = iota
	met             // the headers arrived first
	missed          // the time was over first
	outlived        // the context ended first, then the time was over
)

// begin begins the context of the deadline, whose rule is set. e is called when the body ends. c and
// now are from [alarms.now].
func (l *deadline) begin(parent context.Context, e layer.BodyEnder, s *alarms, c *clock, now time.Duration) {
	l.alarms, l.clock, l.start = s, c, now
	l.tie.To = e
	l.ctx.Begin(parent, l)
	if at := l.end(); at < never {
		s.set(&l.alarm, l, l.clock, l.start, at)
	}
}

// elapsed returns the time since start.
func (l *deadline) elapsed() time.Duration { return l.clock.now() - l.start }

const never = time.Duration(math.MaxInt64)

// next returns when the deadline will be missed as things stand, counted from start, and whether a
// request body will have stalled then.
func (l *deadline) next() (at time.Duration, stalled bool) {
	at = l.end()
	if l.rule.idle > 0 && l.sending.Load() > 0 {
		from := max(time.Duration(l.moved.Load()), l.sentAt())
		if idle := from + l.rule.idle; idle < at {
			return idle, true
		}
	}
	return at, false
}

// sentAt returns when the latest attempt was sent, or the earliest time when it will be, counted
// from start.
func (l *deadline) sentAt() time.Duration {
	a := layer.AttemptFrom(&l.ctx)
	switch {
	case a == nil:
		return 0
	case !a.Sent() || a.Ended():
		return l.elapsed()
	}
	return a.Start().Sub(l.clock.epoch) - l.start + a.Waited()
}

// end returns when the time until the headers is over, counted from start.
func (l *deadline) end() time.Duration {
	switch {
	case l.rule.limit == 0:
		return never
	case l.rule.fromUpload:
		return l.rule.limit + time.Duration(l.moved.Load())
	}
	return l.rule.limit
}

// notice is how long the base has to notice that its connection was closed.
const notice = 100 * time.Millisecond

// check implements [checker]. If the deadline is missed it ends the context, otherwise it waits for
// the remaining time. If the context has ended already, all that is left to do is to end a Read of
// the request body that stalls. If check closes the connection it first leaves the end to the base.
// Once the base has noticed, the next attempt gets another connection.
func (l *deadline) check() {
	if s := l.state.Load(); s == missed || s == outlived {
		l.expire()
		return
	}
	at, stalled := l.next()
	if at > l.elapsed() {
		l.wait(at)
		return
	}
	if l.ctx.Err() != nil {
		if l.state.CompareAndSwap(running, outlived) {
			l.expire()
		}
		return
	}
	err := &Error{Limit: ErrTotal, After: l.rule.limit}
	switch {
	case stalled:
		err = &Error{Limit: ErrIdle, After: l.rule.idle, upload: true}
	case l.visit != nil:
		err.Limit, err.unconnected, err.unsent = ErrAttempt, l.visit.unconnected(), l.visit.unsent()
	}
	l.err.Store(err)
	if !l.state.CompareAndSwap(running, missed) {
		return
	}
	if l.visit != nil && l.visit.conns.timedOut(l.visit) {
		l.alarms.reset(&l.alarm, notice)
		return
	}
	l.expire()
}

// wait makes the alarm ring at a time that next has returned. It rings earlier if a request body
// has begun to be sent meanwhile, since this call may have replaced the alarm for that.
func (l *deadline) wait(at time.Duration) {
	for at < never {
		l.alarms.reset(&l.alarm, at-l.elapsed())
		sooner, _ := l.next()
		if sooner >= at {
			return
		}
		at = sooner
	}
}

// send records that a request body is being sent.
func (l *deadline) send() {
	l.move()
	l.sending.Add(1)
	switch state := l.state.Load(); {
	case state == missed, state == outlived: // expire may have seen no body
		l.alarms.reset(&l.alarm, notice)
	case state == running && l.rule.idle > 0:
		if at, _ := l.next(); at < never {
			now := l.clock.now()
			l.alarms.set(&l.alarm, l, l.clock, now, at-(now-l.start))
		}
	}
}

// move records that a request body has moved.
func (l *deadline) move() { l.moved.Store(max(int64(l.elapsed()), 1)) }

// done records that a request body has been sent or given up.
func (l *deadline) done() { l.sending.Add(-1) }

// meet stops the alarm and reports whether the deadline was met. It was if the context ended first:
// the outcome is then that of the context.
func (l *deadline) meet() bool {
	ahead := l.state.CompareAndSwap(running, met) || l.state.CompareAndSwap(outlived, met)
	l.alarms.stop(&l.alarm)
	return ahead
}

// leave frees what the deadline holds.
func (l *deadline) leave() {
	l.alarms.stop(&l.alarm)
	if l.state.Load() == missed { // the base may have noticed before check expired it
		l.ctx.Expire(l.err.Load())
	}
	l.ctx.End()
	if l.visit != nil {
		l.visit.conns.leave(l.visit)
	}
}

// BodyEnd implements [layer.BodyEnder].
func (l *deadline) BodyEnd(*layer.Attempt) { l.ctx.End() }

// Ahead implements [ending.Owner]. Until the headers arrive, the deadline of the context is that of
// the limit, then the caller's.
func (l *deadline) Ahead() (time.Time, bool) {
	at, ok := l.ahead()
	if !ok {
		return time.Time{}, false
	}
	now := time.Now() // the clock may have been set since the epoch
	return now.Add(at - now.Sub(l.clock.epoch)), true
}

// ahead is Ahead by the clock of the deadline.
func (l *deadline) ahead() (at time.Duration, ok bool) {
	at = l.end()
	if l.state.Load() == met || at == never {
		return 0, false
	}
	return l.start + at, true
}

// Own implements [ending.Owner].
func (l *deadline) Own(key any) any {
	switch {
	case l.visit != nil:
		return l.visit.under(key)
	case l.patience > 0 && key == any(patienceKey{}):
		return &l.patience
	}
	return nil
}

// explain returns the error of the limit. It contains err unless that only repeats that the context
// ended: the result must not match context.Canceled.
func (l *deadline) explain(err error) error {
	limit := l.err.Load()
	if e, ok := errors.AsType[*Error](err); ok && e == limit {
		return err
	}
	if err == nil || errors.Is(err, context.Canceled) || err == context.DeadlineExceeded { //nolint:errorlint // only the bare error adds nothing
		return limit
	}
	e := *limit
	e.Err = err
	return &e
}
