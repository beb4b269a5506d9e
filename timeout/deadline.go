package timeout

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// within sends req and waits for the headers no longer than d; 0 is no limit.
func within(limit error, d time.Duration, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	if deadline, ok := ctx.Deadline(); d == 0 || ok && time.Until(deadline) <= d {
		return next.RoundTrip(req)
	}
	l := newDeadline(ctx, limit, d)
	kept := false // whether the context is left to the body
	defer func() {
		if !kept {
			l.cancel(nil)
		}
	}()
	resp, err := next.RoundTrip(req.WithContext(l))
	if !l.meet() {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, l.explain(err)
	}
	if err != nil {
		return nil, err
	}
	kept = true
	layer.AttemptFrom(ctx).Own(resp, l)
	return resp, nil
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
	at    time.Time
	err   *Error // the cause of the end at that time
	timer *time.Timer
	state atomic.Uint32
}

// The states of a deadline.
const (
	running uint32 = iota
	met            // the headers arrived before it
	missed         // the time came first
)

func newDeadline(parent context.Context, limit error, d time.Duration) *deadline {
	l := &deadline{at: time.Now().Add(d), err: &Error{Limit: limit, After: d}}
	l.Context, l.stop = context.WithCancelCause(parent)
	l.timer = time.AfterFunc(d, l.miss)
	return l
}

// miss ends the context when the timer fires.
func (l *deadline) miss() {
	if l.state.CompareAndSwap(running, missed) {
		l.stop(l.err)
	}
}

// meet stops the timer and reports whether the deadline is still ahead.
func (l *deadline) meet() bool {
	l.timer.Stop()
	return l.state.CompareAndSwap(running, met)
}

// cancel frees what the context holds.
func (l *deadline) cancel(cause error) {
	l.timer.Stop()
	l.stop(cause)
}

// BodyEnd implements [layer.BodyEnder].
func (l *deadline) BodyEnd(*layer.Attempt) { l.stop(nil) }

// Deadline is that of the limit until the headers arrive, then the caller's.
func (l *deadline) Deadline() (time.Time, bool) {
	if l.state.Load() == met {
		return l.Context.Deadline()
	}
	return l.at, true
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
	if e, ok := errors.AsType[*Error](err); ok && e == l.err {
		return err
	}
	if err == nil || errors.Is(err, context.Canceled) || err == context.DeadlineExceeded { //nolint:errorlint // only the bare error adds nothing
		return l.err
	}
	return &Error{Limit: l.err.Limit, After: l.err.After, Err: err}
}
