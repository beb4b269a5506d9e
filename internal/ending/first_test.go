package ending

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Once Err has said why a context ended, it always says so, as contexts of package context do.
func TestTheFirstEndCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		first, second func(cancel context.CancelCauseFunc, outer, inner *owner)
		err, cause    error
	}{
		"the caller's deadline, then end": {nil, func(_ context.CancelCauseFunc, _, i *owner) { i.End() }, context.DeadlineExceeded, context.DeadlineExceeded},
		"the caller cancels, then expire": {
			func(cancel context.CancelCauseFunc, _, _ *owner) { cancel(errCaller) },
			func(_ context.CancelCauseFunc, _, i *owner) { i.Expire(errLimit) }, context.Canceled, errCaller,
		},
		"the outer expires, then end": {
			func(_ context.CancelCauseFunc, o, _ *owner) { o.Expire(errLimit) },
			func(_ context.CancelCauseFunc, _, i *owner) { i.End() }, context.DeadlineExceeded, errLimit,
		},
		"the outer ends, then expire": {
			func(_ context.CancelCauseFunc, o, _ *owner) { o.End() },
			func(_ context.CancelCauseFunc, _, i *owner) { i.Expire(errLimit) }, context.Canceled, context.Canceled,
		},
		"end, then the caller cancels": {
			func(_ context.CancelCauseFunc, _, i *owner) { i.End() },
			func(cancel context.CancelCauseFunc, _, _ *owner) { cancel(errCaller) }, context.Canceled, context.Canceled,
		},
		"end, then the outer expires": {
			func(_ context.CancelCauseFunc, _, i *owner) { i.End() },
			func(_ context.CancelCauseFunc, o, _ *owner) { o.Expire(errLimit) }, context.Canceled, context.Canceled,
		},
		"the outer ends, then the caller cancels": {
			func(_ context.CancelCauseFunc, o, _ *owner) { o.End() },
			func(cancel context.CancelCauseFunc, _, _ *owner) { cancel(errCaller) }, context.Canceled, context.Canceled,
		},
		"the outer expires, then the caller cancels": {
			func(_ context.CancelCauseFunc, o, _ *owner) { o.Expire(errLimit) },
			func(cancel context.CancelCauseFunc, _, _ *owner) { cancel(errCaller) }, context.DeadlineExceeded, errLimit,
		},
	} {
		for _, wait := range []bool{false, true} {
			caller, cancel := context.WithCancelCause(t.Context())
			if tc.first == nil {
				over, stop := context.WithDeadline(caller, time.Now().Add(-time.Second))
				defer stop()
				caller = over
			}
			outer := begin(caller)
			inner := begin(&outer.Context)
			if wait {
				_ = inner.Done()
			}
			if tc.first != nil {
				tc.first(cancel, outer, inner)
			}
			if err := inner.Err(); !errors.Is(err, tc.err) {
				t.Errorf("%s, waited %v: Err is %v, want %v", name, wait, err, tc.err)
			}
			tc.second(cancel, outer, inner)
			if err := inner.Err(); !errors.Is(err, tc.err) {
				t.Errorf("%s, waited %v: Err is %v then, want %v", name, wait, err, tc.err)
			}
			for range 2 { // before and after somebody waits
				if err := context.Cause(inner); !errors.Is(err, tc.cause) {
					t.Errorf("%s, waited %v: the cause is %v, want %v", name, wait, err, tc.cause)
				}
				if !ended(inner.Done()) {
					t.Errorf("%s, waited %v: Done is open", name, wait)
				}
			}
			cancel(nil)
		}
	}
}

// meddled is a context that somebody ends while its Err is asked for.
type meddled struct {
	context.Context
	meddle func()
}

func (m *meddled) Err() error {
	if meddle := m.meddle; meddle != nil {
		m.meddle = nil
		meddle()
	}
	return m.Context.Err()
}

// While a limit ends a context, a reader sees no end or that of the limit, and no other.
func TestErrWhileAContextExpires(t *testing.T) {
	o := begin(t.Context())
	_ = o.Done()
	o.waited = &meddled{o.waited, func() { o.Expire(errLimit) }}
	if err := o.Err(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Err is %v", err)
	}
}
