package retry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A wait that would end past the deadline does not begin.
func TestAWaitPastTheDeadlineDoesNotBegin(t *testing.T) {
	for name, test := range map[string]struct {
		left    time.Duration
		step    step
		sent    int
		stopped string
	}{
		"hint fits":                {10 * time.Second, status(429, "Retry-After", "4"), 3, "attempts used up: 3 of 3"},
		"second hint does not":     {6 * time.Second, status(429, "Retry-After", "4"), 2, "hint 4s would end past the deadline (2s left)"},
		"hint does not":            {3 * time.Second, status(429, "Retry-After", "4"), 1, "hint 4s would end past the deadline (3s left)"},
		"hint ends at it":          {4 * time.Second, status(429, "Retry-After", "4"), 1, "hint 4s would end past the deadline (4s left)"},
		"long hint":                {12 * time.Second, status(503, "Retry-After", "50"), 1, "hint 50s would end past the deadline (12s left)"},
		"hint above the most":      {time.Hour, status(503, "Retry-After", "300"), 1, "hint 5m0s is above MaxHint 1m30s"},
		"backoff does not":         {100 * time.Millisecond, fails(rttest.ErrBoom), 1, "backoff 100ms would end past the deadline (100ms left)"},
		"backoff fits, then not":   {250 * time.Millisecond, fails(rttest.ErrBoom), 2, "backoff 200ms would end past the deadline (150ms left)"},
		"backoff after a response": {250 * time.Millisecond, status(500), 2, "backoff 200ms would end past the deadline (150ms left)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), test.left)
			defer cancel()
			base := &script{steps: []step{test.step}}
			start := time.Now()
			resp, c, err := do(t, retry.Policy{Jitter: retry.NoJitter, Rand: func() float64 { return 0 }}, base, request(t, ctx, http.MethodGet, nil))
			if len(base.sent) != test.sent || c.StopReason() != test.stopped {
				t.Errorf("%s: sent %d times, want %d; stopped %q, want %q", name, len(base.sent), test.sent, c.StopReason(), test.stopped)
			}
			if at := base.at[len(base.at)-1]; time.Since(at) != 0 {
				t.Errorf("%s: returned %v after the last attempt, %v after the start", name, time.Since(at), time.Since(start))
			}
			if test.step.err != nil && !errors.Is(err, test.step.err) || test.step.err == nil && resp.StatusCode != test.step.status {
				t.Errorf("%s: %v", name, err)
			}
			finish(resp)
		})
	}
}

// The timeout of http.Client is a deadline like any other.
func TestTheTimeoutOfTheClientIsADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, header: http.Header{"Retry-After": {"9"}}, body: "later"}}}
		client := &http.Client{Timeout: 5 * time.Second, Transport: retry.New(retry.Policy{}).Wrap(base)}
		start := time.Now()
		resp, err := client.Get("http://api.test/")
		if err != nil {
			t.Fatal(err)
		}
		if got := rttest.Read(t, resp); got != "later" || time.Since(start) != 0 || len(base.sent) != 1 {
			t.Errorf("%q after %v, sent %d times", got, time.Since(start), len(base.sent))
		}
	})
}

func TestCancelEndsTheWaitAtOnce(t *testing.T) {
	mine := errors.New("shutting down")
	for name, test := range map[string]struct {
		ctx  func(context.Context) (context.Context, func())
		is   error
		more error
	}{
		"cancel": {func(c context.Context) (context.Context, func()) { return context.WithCancel(c) }, context.Canceled, nil},
		"cancel cause": {func(c context.Context) (context.Context, func()) {
			x, f := context.WithCancelCause(c)
			return x, func() { f(mine) }
		}, context.Canceled, mine},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := test.ctx(t.Context())
			base := &script{steps: []step{{status: 503, header: http.Header{"Retry-After": {"20"}}, body: "x"}}}
			start := time.Now()
			time.AfterFunc(7*time.Second, cancel)
			resp, c, err := do(t, retry.Policy{Rand: half}, base, request(t, ctx, http.MethodGet, nil))
			if resp != nil || !errors.Is(err, test.is) || test.more != nil && !errors.Is(err, test.more) {
				t.Errorf("%s: %v", name, err)
			}
			if d := time.Since(start); d != 7*time.Second || len(base.sent) != 1 || base.open != 0 {
				t.Errorf("%s: %v, sent %d times, %d bodies open", name, d, len(base.sent), base.open)
			}
			e, ok := errors.AsType[*retry.Error](err)
			if !ok || e.Attempts != 1 || e.Elapsed != 7*time.Second || e.Call != c || e.Timeout() {
				t.Errorf("%s: %+v", name, e)
			}
			last := c.Attempt()
			if last.Number() != 2 || last.Verdict() != verdict.Canceled || last.Sent() || last.Wait(layer.Backoff) != 7*time.Second {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
			if !strings.Contains(c.String(), "canceled during backoff") {
				t.Errorf("%s: no reason in\n%s", name, c)
			}
		})
	}
}

// A response that came as the context ended is returned, not thrown away.
func TestAResponseThatComesAsTheContextEndsIsReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		base := &script{steps: []step{{status: 503, body: "later"}}}
		resp, c, err := do(t, retry.Policy{}, rttest.Func(func(req *http.Request) (*http.Response, error) {
			defer cancel()
			return base.RoundTrip(req)
		}), request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 1 || rttest.Read(t, resp) != "later" || c.StopReason() != "the context has ended" {
			t.Errorf("%v, sent %d times\n%s", err, len(base.sent), c)
		}
	})
}
