package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

type timeoutError struct{}

func (timeoutError) Error() string { return "too slow" }

func (timeoutError) Timeout() bool { return true }

func TestEachOutcomeIsCountedOnce(t *testing.T) {
	canceledContext, cancel := context.WithCancel(t.Context())
	cancel()
	failed, own := errors.New("bad body"), errors.New("the job is over")
	late, cancelLate := context.WithDeadlineCause(t.Context(), time.Now(), own)
	defer cancelLate()
	stopped, stop := context.WithCancelCause(t.Context())
	stop(own)
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		base    rttest.Func
		want    Row
		outcome outcome
		code    string
	}{
		{"ok", t.Context(), rttest.Respond(200, "hello"), Row{Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}, accepted, "200"},
		{"unexpected 404", t.Context(), rttest.Respond(404, ""), Row{Failures: 1, Attempts: 1, Status4xx: 1}, status, "404"},
		{"expected 404", transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}}), rttest.Respond(404, ""), Row{Successes: 1, Attempts: 1, Status4xx: 1}, accepted, "404"},
		{"only 201", transport.WithExpect(t.Context(), transport.Expect{Status: []int{201}, Only: true}), rttest.Respond(200, ""), Row{Failures: 1, Attempts: 1, Status2xx: 1}, status, "200"},
		{"throttled", t.Context(), rttest.Respond(429, ""), Row{Failures: 1, Attempts: 1, Status4xx: 1}, throttled, "429"},
		{"odd status", t.Context(), rttest.Respond(999, ""), Row{Failures: 1, Attempts: 1}, status, "other"},
		{"failed check", transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { return failed }}), rttest.Respond(200, "hello"), Row{Failures: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}, check, "200"},
		{"abort", t.Context(), rttest.Fail(io.ErrUnexpectedEOF), Row{Failures: 1, Attempts: 1, Aborts: 1}, broken, "none"},
		{"timeout", t.Context(), rttest.Fail(timeoutError{}), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"deadline", t.Context(), rttest.Fail(context.DeadlineExceeded), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"deadline with a cause", late, rttest.Fail(own), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"deadline, and the connection went with it", late, rttest.Fail(net.ErrClosed), Row{Failures: 1, Attempts: 1, Aborts: 1}, timeout, "none"},
		{"canceled", canceledContext, rttest.Fail(context.Canceled), Row{Canceled: 1, Attempts: 1}, canceled, "none"},
		{"canceled with a cause", stopped, rttest.Fail(own), Row{Canceled: 1, Attempts: 1}, canceled, "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := New("test")
			_ = send(tt.ctx, t, r.Wrap(tt.base), "GET", "/r")
			got := r.Snapshot().Total
			tt.want.Calls = 1
			if diff := differ(got, tt.want); diff != "" {
				t.Error(diff)
			}
			s, _ := r.store.Load().find("GET", route.Named("/r"))
			var code string
			plain := new(reading).plain(s)
			if tt.outcome != accepted {
				plain = [plainCodes]uint64{}
			}
			s.calls[tt.outcome].each(&plain, func(c int, _ uint64) { code = codeText(c) })
			if code != tt.code {
				t.Errorf("counted under code %q of outcome %v, want %q", code, tt.outcome, tt.code)
			}
			wantOK, wantFailed := tt.want.Successes, tt.want.Failures
			if got.Latency.Count != wantOK || got.FailureLatency.Count != wantFailed {
				t.Errorf("%d latencies of successes, %d of failures; want %d, %d", got.Latency.Count, got.FailureLatency.Count, wantOK, wantFailed)
			}
		})
	}
}

func TestARejectionIsAFailureWithoutALatency(t *testing.T) {
	r := New("test")
	reject := testLayer(func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, fmt.Errorf("test: %w", verdict.ErrRejected))
	})
	req, err := http.NewRequestWithContext(t.Context(), "PUT", "http://api.test/r", strings.NewReader("abc"))
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(r.Wrap(reject.Wrap(rttest.Respond(200, ""))).RoundTrip(req)); !errors.Is(err, verdict.ErrRejected) {
		t.Fatalf("error %v", err)
	}
	got := r.Snapshot().Total
	if diff := differ(got, Row{Calls: 1, Failures: 1, Rejected: 1}); diff != "" {
		t.Error(diff)
	}
	if got.FailureLatency.Count != 0 {
		t.Error("a rejection counts in the latency of failures")
	}
}

// A call that its caller cancels while it waits for another attempt counts as canceled, whatever the
// outcome of its last attempt.
func TestACallCanceledBetweenAttemptsIsNotAFailure(t *testing.T) {
	r := New("test")
	ctx, cancel := context.WithCancel(t.Context())
	cancelThere := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(resp, err)
		bodies.Drain(resp)
		cancel()
		return nil, ctx.Err()
	})
	if err := send(ctx, t, r.Wrap(cancelThere.Wrap(rttest.Respond(503, ""))), "GET", "/r"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	want := Row{Calls: 1, Canceled: 1, Attempts: 1, Status5xx: 1}
	if diff := differ(r.Snapshot().Total, want); diff != "" {
		t.Error(diff)
	}
}

// slowRejectionError is what one of our layers returns if it would have to wait for too long.
type slowRejectionError struct{ timeoutError }

func (slowRejectionError) Is(target error) bool { return target == verdict.ErrRejected }

// A rejection that reports a timeout, as of a quota or a slot, is a rejection: nothing was sent
// that could have been too slow.
func TestARejectionThatReportsATimeoutIsARejection(t *testing.T) {
	r := New("test")
	_ = send(t.Context(), t, r.Wrap(testLayer(func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return layer.Reject(req, slowRejectionError{})
	}).Wrap(rttest.Respond(200, ""))), "GET", "/r")
	s, _ := r.store.Load().find("GET", route.Named("/r"))
	if a, b := s.calls[rejected].total(), s.calls[timeout].total(); a != 1 || b != 0 {
		t.Errorf("%d rejections and %d timeouts, want 1 and 0", a, b)
	}
}
