package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

func TestErrorTextsHoldNoSecret(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&retry.Error{Attempts: 3, Elapsed: 1234567 * time.Microsecond, Err: rttest.ErrBoom}, "retry: 3 attempts in 1.235s: boom"},
		{&retry.Error{Attempts: 1, Elapsed: time.Second, Err: context.Canceled}, "retry: 1 attempt in 1s: context canceled"},
		{&retry.AmbiguousError{Method: "POST", Sent: true, Err: io.EOF}, "retry: POST may have done its work: EOF"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	secret := &retry.Error{Attempts: 2, Err: errors.New(`Get "https://u:pw@h.example/x?access_token=hunter2secret": EOF`)}
	if got := secret.Error(); strings.Contains(got, "hunter2secret") || strings.Contains(got, ":pw@") {
		t.Errorf("the error shows a secret: %s", got)
	}
}

func TestErrorsForwardTimeout(t *testing.T) {
	for _, err := range []error{context.DeadlineExceeded, os.ErrDeadlineExceeded, rttest.ErrBoom} {
		want := !errors.Is(err, rttest.ErrBoom)
		for _, e := range []interface{ Timeout() bool }{
			&retry.Error{Err: err}, &retry.Error{Err: fmt.Errorf("x: %w", err)}, &retry.AmbiguousError{Err: err},
		} {
			if e.Timeout() != want {
				t.Errorf("%v: Timeout %v", e, e.Timeout())
			}
		}
	}
}
