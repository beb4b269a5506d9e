package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestErrorTextsHoldNoSecret(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&retry.Error{Attempts: 3, Elapsed: 1234567 * time.Microsecond, Err: rttest.ErrBoom}, "retry: 3 attempts in 1.235s: boom"},
		{&retry.Error{Attempts: 1, Elapsed: time.Second, Err: context.Canceled}, "retry: 1 attempt in 1s: context canceled"},
		{&retry.Error{Attempts: 2, Elapsed: time.Second, Status: 503, Err: rttest.ErrBoom}, "retry: 2 attempts in 1s, last response 503: boom"},
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

// An error of our own, for an attempt that was not sent, contains what the server said last.
func TestAnErrorKnowsTheStatusOfTheLastResponse(t *testing.T) {
	reject := &rttest.Layer{Name: "reject", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if c.Count() == 3 {
			return layer.Reject(req, fmt.Errorf("%w: no quota", verdict.ErrRejected))
		}
		return next.RoundTrip(req)
	}}
	for name, test := range map[string]struct {
		steps []step
		want  int
	}{
		"two responses":           {[]step{status(500), status(503)}, 503},
		"an error after the last": {[]step{status(503), fails(io.ErrUnexpectedEOF)}, 503},
		"none":                    {[]step{fails(io.ErrUnexpectedEOF), fails(io.ErrUnexpectedEOF)}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := rttest.Stack(&script{steps: test.steps}, retry.New(retry.Policy{}), reject).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
			e, ok := errors.AsType[*retry.Error](err)
			if !ok || !errors.Is(err, verdict.ErrRejected) || e.Status != test.want || strings.Contains(err.Error(), "last response 503") != (test.want == 503) {
				t.Errorf("%s: %v, want that it knows the status %d", name, err, test.want)
			}
			reason := "" // as in a log line, which has no retry.Error
			if test.want != 0 {
				reason = "attempt 3 was rejected, last response 503"
			}
			if got := e.Call.StopReason(); got != reason {
				t.Errorf("%s: stopped: %q, want %q", name, got, reason)
			}
		})
	}
}
