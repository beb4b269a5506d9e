package ctxerr

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
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
