package timeout

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// within sends req and waits for headers no longer than d; 0 is no limit.
func within(kind Kind, d time.Duration, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	if deadline, ok := ctx.Deadline(); d == 0 || ok && time.Until(deadline) <= d {
		return next.RoundTrip(req)
	}
	l := newDeadline(ctx, kind, d)
	kept := false
	defer func() {
		if !kept {
			l.cancel(nil)
		}
	}()
	resp, err := next.RoundTrip(req.WithContext(l))
	if !l.met() {
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

// deadline is a context that ends after a time unless it is met before; if met,
// it lives until the body of the answer ends. The contexts of package context
// with a deadline cannot do that: they would end the body too.
//
// A context derived from it says Canceled where it says DeadlineExceeded; the
// cause is the Error in both.
type deadline struct {
	context.Context
	stop  context.CancelCauseFunc
	at    time.Time
	err   *Error
	timer *time.Timer
	state atomic.Uint32
}

const (
	running uint32 = iota
	met
	missed
)

func newDeadline(parent context.Context, kind Kind, d time.Duration) *deadline {
	l := &deadline{at: time.Now().Add(d), err: &Error{Kind: kind, After: d}}
	l.Context, l.stop = context.WithCancelCause(parent)
	l.timer = time.AfterFunc(d, l.miss)
	return l
}

func (l *deadline) miss() {
	if l.state.CompareAndSwap(running, missed) {
		l.stop(l.err)
	}
}

// met stops the clock and reports whether it was in time.
func (l *deadline) met() bool {
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

// Deadline is that of the limit while it runs, then the caller's.
func (l *deadline) Deadline() (time.Time, bool) {
	if l.state.Load() == met {
		return l.Context.Deadline()
	}
	return l.at, true
}

func (l *deadline) Err() error {
	err := l.Context.Err()
	if err != nil && l.state.Load() == missed {
		return context.DeadlineExceeded
	}
	return err
}

// explain makes err the error of the limit. What only repeats that the context
// ended is left out, also since it must not match context.Canceled.
func (l *deadline) explain(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e == l.err {
		return err
	}
	if err == nil || errors.Is(err, context.Canceled) || err == context.DeadlineExceeded { //nolint:errorlint // only the bare one says nothing
		return l.err
	}
	return &Error{Kind: l.err.Kind, After: l.err.After, Err: err}
}
