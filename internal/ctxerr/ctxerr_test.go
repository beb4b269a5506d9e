package ctxerr

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

func TestOf(t *testing.T) {
	own := errors.New("shutting down")
	late := fmt.Errorf("too late: %w", context.DeadlineExceeded)
	cause := func(err error) context.Context {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(err)
		return ctx
	}
	for _, test := range []struct {
		name  string
		ctx   context.Context
		match []error
		text  string
	}{
		{"no cause", cause(nil), []error{context.Canceled}, "context canceled"},
		{"a cause of its own", cause(own), []error{context.Canceled, own}, "context canceled: shutting down"},
		{"a cause that says deadline", cause(late), []error{context.DeadlineExceeded}, "too late: context deadline exceeded"},
	} {
		err := Of(test.ctx)
		for _, want := range test.match {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v does not match %v", test.name, err, want)
			}
		}
		if err.Error() != test.text {
			t.Errorf("%s: text is %q, want %q", test.name, err, test.text)
		}
	}
	if err := Of(context.Background()); err != nil {
		t.Errorf("a context that goes on has the error %v", err)
	}
}

// passed is the context of a request that http.Client has ended at its Timeout by the deprecated
// Cancel, before the context itself ended.
type passed struct{ context.Context }

func (passed) Deadline() (time.Time, bool) { return time.Now(), true }

func TestTimedOut(t *testing.T) {
	own := errors.New("the job is over")
	ended := func(at time.Time, cause error) context.Context {
		ctx, cancel := context.WithDeadlineCause(t.Context(), at, cause)
		t.Cleanup(cancel)
		return ctx
	}
	canceled := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		return ctx
	}
	for _, tc := range []struct {
		name string
		ctx  context.Context
		want bool
	}{
		{"none", t.Context(), false},
		{"a deadline ahead", ended(time.Now().Add(time.Hour), nil), false},
		{"a deadline", ended(time.Now(), nil), true},
		{"a deadline with a cause", ended(time.Now(), own), true},
		{"a deadline with a cause that says canceled", ended(time.Now(), context.Canceled), true},
		{"a deadline that nobody has noticed", passed{t.Context()}, true},
		{"canceled", canceled(nil), false},
		{"canceled before its deadline", passed{canceled(nil)}, false},
		{"canceled with a cause", canceled(own), false},
		{"canceled by a limit", canceled(fmt.Errorf("limit: %w", os.ErrDeadlineExceeded)), true},
	} {
		if got := TimedOut(tc.ctx); got != tc.want {
			t.Errorf("%s: timed out is %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestIsTimeout(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("no route to host"), false},
		{context.Canceled, false},
		{context.DeadlineExceeded, true},
		{fmt.Errorf("get: %w", os.ErrDeadlineExceeded), true},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		{&net.DNSError{IsNotFound: true}, false},
	} {
		if got := IsTimeout(tc.err); got != tc.want {
			t.Errorf("%v: timeout is %v, want %v", tc.err, got, tc.want)
		}
	}
}

// denyingError is an error whose Timeout method contradicts the error that it wraps.
type denyingError struct{ error }

func (denyingError) Timeout() bool   { return false }
func (e denyingError) Unwrap() error { return e.error }

func TestByLimit(t *testing.T) {
	for err, want := range map[error]bool{
		context.DeadlineExceeded:               true,
		os.ErrDeadlineExceeded:                 true,
		denyingError{context.DeadlineExceeded}: true,
		denyingError{net.ErrClosed}:            false,
		context.Canceled:                       false,
		&net.DNSError{IsTimeout: true}:         true,
		fmt.Errorf("of %w", net.ErrClosed):     false,
	} {
		if got := ByLimit(err); got != want {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
	if ByLimit(nil) {
		t.Error("no error is one")
	}
}

func TestPassedOn(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want bool
	}{
		{over, fmt.Errorf("wait: %w", context.Canceled), true},
		{over, context.DeadlineExceeded, false},
		{over, nil, false},
		{t.Context(), context.Canceled, false},
	} {
		if got := PassedOn(c.ctx, c.err); got != c.want {
			t.Errorf("%v of a context with %v: %v, want %v", c.err, c.ctx.Err(), got, c.want)
		}
	}
}
