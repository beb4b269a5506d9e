package timeout

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// within sends req and waits for the headers no longer than the rule allows. cs are the
// connections that the layer follows, nil if it follows none.
func within(r rule, req *http.Request, next http.RoundTripper, cs *conns) (*http.Response, error) {
	ctx := req.Context()
	if req.Body == nil || req.Body == http.NoBody {
		r.idle = 0
	}
	if deadline, ok := ctx.Deadline(); ok && r.limit > 0 && time.Until(deadline) <= r.limit {
		r.limit = 0 // the caller's comes first
	}
	var v *visit
	if cs != nil {
		v, ctx = cs.visit(ctx, r.limit)
	}
	kept := false // whether what is left to end is left to the body
	defer func() {
		if !kept && v != nil {
			cs.leave(v)
		}
	}()
	if r.limit == 0 && r.idle == 0 {
		if v != nil {
			req = req.WithContext(ctx)
		}
		resp, err := next.RoundTrip(req)
		v.report()
		if v != nil && err == nil && resp != nil {
			kept = true
			v.own(resp)
		}
		return resp, err
	}
	l := newDeadline(ctx, r, v)
	defer func() {
		if !kept {
			l.cancel(nil)
		}
	}()
	resp, err := next.RoundTrip(uploading(req, l))
	v.report()
	if !l.meet() {
		if resp != nil {
			_ = resp.Body.Close()
		}
		if v != nil && v.cut.Load() {
			v.attempt.AddNote("its connection was closed: nothing came")
			err = nil // it only says that the connection was closed
		}
		return nil, l.explain(err)
	}
	if err != nil {
		return nil, err
	}
	kept = true
	if v != nil {
		v.own(resp)
	} else {
		layer.AttemptFrom(ctx).Own(resp, l)
	}
	return resp, nil
}

// rule is what a deadline goes by; 0 is no limit.
type rule struct {
	kind  error         // which limit the time until the headers is
	limit time.Duration // the time until the headers
	// fromUpload is whether that time counts from the latest move of the request body.
	fromUpload bool
	idle       time.Duration // how long the request body may not move
}

// deadline is a context that ends at a time unless the headers arrive before; after
// them it lives until the response body ends. The contexts of package context with a
// deadline cannot do that: they would end the body too.
//
// The error of a context derived from it is Canceled where its own is
// DeadlineExceeded; the cause of both is the Error.
type deadline struct {
	context.Context
	stop  context.CancelCauseFunc // ends the embedded context
	rule  rule
	visit *visit // what follows the attempt, nil if nothing does
	start time.Time
	state atomic.Uint32
	err   atomic.Pointer[Error] // the cause of the end at the limit

	moved   atomic.Int64 // when the request body moved last, counted from start; 0 is never
	sending atomic.Int32 // how many request bodies are being sent

	mu    sync.Mutex // mu guards timer
	timer *time.Timer
}

// The states of a deadline.
const (
	running uint32 = iota
	met            // the headers arrived before it
	missed         // the time came first
)

func newDeadline(parent context.Context, r rule, v *visit) *deadline {
	var l *deadline
	if v != nil {
		v.deadline = &v.limited
		l = v.deadline
	} else {
		l = new(deadline)
	}
	l.rule, l.visit, l.start = r, v, time.Now()
	l.Context, l.stop = context.WithCancelCause(parent)
	if at, _ := l.next(); at < never {
		l.arm(at)
	}
	return l
}

const never = time.Duration(math.MaxInt64)

// next returns when the deadline is missed as things stand, counted from start, and
// whether a request body will have stalled then.
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

// sentAt returns when the latest attempt was sent, or will be at the earliest, counted
// from start.
func (l *deadline) sentAt() time.Duration {
	a := layer.AttemptFrom(l.Context)
	switch {
	case a == nil:
		return 0
	case !a.Sent() || a.Ended():
		return time.Since(l.start)
	}
	at := a.Start().Sub(l.start)
	for _, w := range [...]layer.Wait{layer.Queue, layer.Quota, layer.Pause, layer.Backoff} {
		at += a.Wait(w)
	}
	return at
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

// check runs when the timer fires. It ends the context if the deadline is missed, and
// waits for the rest of the time otherwise. Where it closes the connection it leaves the
// end to the base: once that has noticed, the next attempt gets another connection.
func (l *deadline) check() {
	if l.state.Load() == missed {
		l.stop(l.err.Load())
		return
	}
	at, stalled := l.next()
	if left := at - time.Since(l.start); left > 0 {
		if at < never {
			l.arm(left)
		}
		return
	}
	err := &Error{Limit: l.rule.kind, After: l.rule.limit}
	if stalled {
		err = &Error{Limit: ErrIdle, After: l.rule.idle, upload: true}
	}
	l.err.Store(err)
	if !l.state.CompareAndSwap(running, missed) {
		return
	}
	if l.visit != nil && !stalled && l.visit.conns.timedOut(l.visit) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.timer.Reset(notice)
		return
	}
	l.stop(err)
}

// arm makes the timer fire after d, unless the headers are there.
func (l *deadline) arm(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.state.Load() != running:
	case l.timer == nil:
		l.timer = time.AfterFunc(d, l.check)
	default:
		l.timer.Reset(d)
	}
}

// begin records that a request body is being sent from now on.
func (l *deadline) begin() {
	l.move()
	if l.sending.Add(1); l.rule.idle > 0 {
		if at, _ := l.next(); at < never {
			l.arm(at - time.Since(l.start))
		}
	}
}

// move records that a request body moves.
func (l *deadline) move() { l.moved.Store(max(int64(time.Since(l.start)), 1)) }

// done records that a request body is sent, or was given up.
func (l *deadline) done() { l.sending.Add(-1) }

// meet stops the timer and reports whether the deadline is still ahead.
func (l *deadline) meet() bool {
	ahead := l.state.CompareAndSwap(running, met)
	l.stopTimer()
	return ahead
}

func (l *deadline) stopTimer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
}

// cancel frees what the context holds.
func (l *deadline) cancel(cause error) {
	l.stopTimer()
	l.stop(cause)
}

// BodyEnd implements [layer.BodyEnder].
func (l *deadline) BodyEnd(*layer.Attempt) { l.stop(nil) }

// Deadline is that of the limit until the headers arrive, then the caller's.
func (l *deadline) Deadline() (time.Time, bool) {
	at := l.end()
	if l.state.Load() == met || at == never {
		return l.Context.Deadline()
	}
	return l.start.Add(at), true
}

// Err is DeadlineExceeded if the limit ended the context.
func (l *deadline) Err() error {
	err := l.Context.Err()
	if err != nil && l.state.Load() == missed {
		return context.DeadlineExceeded
	}
	return err
}

// explain returns the error of the limit, with err in it unless err only repeats
// that the context ended: the result must not match context.Canceled.
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
