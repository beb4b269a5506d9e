package timeout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

func TestTheShortestLimitEndsTheCallWithItsOwnError(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		layers []transport.Layer
		left   time.Duration // until the caller's deadline, 0 if there is none
		takes  time.Duration
		ends   time.Duration
		is     error // nil for a response
		isNot  []error
	}{
		"response before the total":  {[]transport.Layer{total(5 * s)}, 0, 4 * s, 4 * s, nil, nil},
		"total":                      {[]transport.Layer{total(5 * s)}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{timeout.ErrAttempt, timeout.ErrIdle}},
		"total by default":           {[]transport.Layer{timeout.New(timeout.Config{})}, 0, 99 * s, 30 * s, timeout.ErrTotal, nil},
		"attempt by default":         {[]transport.Layer{timeout.PerAttempt(0)}, 0, 99 * s, 10 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"off":                        {[]transport.Layer{timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: timeout.NoTimeout}), timeout.PerAttempt(timeout.NoTimeout)}, 0, 999 * s, 999 * s, nil, nil},
		"caller's shorter deadline":  {[]transport.Layer{total(5 * s), timeout.PerAttempt(4 * s)}, 2 * s, 9 * s, 2 * s, context.DeadlineExceeded, []error{timeout.ErrTotal, timeout.ErrAttempt}},
		"caller's equal deadline":    {[]transport.Layer{total(5 * s)}, 5 * s, 9 * s, 5 * s, context.DeadlineExceeded, []error{timeout.ErrTotal}},
		"caller's longer deadline":   {[]transport.Layer{total(5 * s)}, 7 * s, 9 * s, 5 * s, timeout.ErrTotal, nil},
		"attempt before total":       {[]transport.Layer{total(5 * s), timeout.PerAttempt(2 * s)}, 0, 9 * s, 2 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"total before attempt":       {[]transport.Layer{total(2 * s), timeout.PerAttempt(5 * s)}, 0, 9 * s, 2 * s, timeout.ErrTotal, []error{timeout.ErrAttempt}},
		"attempts, then total":       {[]transport.Layer{total(5 * s), rttest.Retry(9), timeout.PerAttempt(2 * s)}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{timeout.ErrAttempt}},
		"all attempts":               {[]transport.Layer{total(9 * s), rttest.Retry(3), timeout.PerAttempt(2 * s)}, 0, 9 * s, 6 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"caller during an attempt":   {[]transport.Layer{rttest.Retry(9), timeout.PerAttempt(2 * s)}, 5 * s, 9 * s, 5 * s, context.DeadlineExceeded, []error{timeout.ErrAttempt}},
		"a foreign context between":  {[]transport.Layer{total(5 * s), derive{}}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{context.Canceled}},
		"it hides the cause, too":    {[]transport.Layer{total(5 * s), derive{hide: true}}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{context.Canceled}},
		"an attempt hides its cause": {[]transport.Layer{rttest.Retry(2), timeout.PerAttempt(5 * s), derive{hide: true}}, 0, 9 * s, 10 * s, timeout.ErrAttempt, []error{context.Canceled}},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if test.left > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.left)
				defer cancel()
			}
			start := time.Now()
			resp, err := send(t, ctx, rttest.Stack(respondAfter(test.takes, rttest.Text("fine")), test.layers...), http.MethodGet)
			if d := time.Since(start); d != test.ends {
				t.Errorf("%s: ended after %v, want %v", name, d, test.ends)
			}
			if (resp == nil) != (test.is != nil) || !errors.Is(err, test.is) {
				t.Errorf("%s: %v, want %v", name, err, test.is)
			}
			if test.is != nil && (!errors.Is(err, context.DeadlineExceeded) || !timedOut(err)) {
				t.Errorf("%s: %v is no timeout", name, err)
			}
			for _, not := range test.isNot {
				if errors.Is(err, not) {
					t.Errorf("%s: %v matches %v", name, err, not)
				}
			}
			if resp != nil {
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "fine" {
					t.Errorf("%s: %q, %v", name, b, err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

// derive is foreign middleware with a context of its own, which ends as Canceled. If
// hide is set its error is only that of the context.
type derive struct{ hide bool }

func (l derive) Wrap(next http.RoundTripper) http.RoundTripper {
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithCancel(req.Context())
		defer cancel()
		resp, err := next.RoundTrip(req.WithContext(ctx))
		if err != nil && l.hide && ctx.Err() != nil {
			return nil, fmt.Errorf("derived: %w", ctx.Err())
		}
		return resp, err
	})
}

func TestACancelOfTheCallerIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := send(t, ctx, rttest.Stack(respondAfter(time.Minute, nil), total(5*time.Second), timeout.PerAttempt(4*time.Second)), http.MethodGet)
		if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

func TestExplainBoundsTheLongestTimeAndWarns(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		layer   transport.Explainer
		before  transport.Plan
		longest time.Duration
		warn    string
	}{
		"total":           {timeout.New(timeout.Config{}), transport.Plan{Attempts: 1}, 30 * s, ""},
		"shorter outside": {timeout.New(timeout.Config{}), transport.Plan{Attempts: 1, Longest: 5 * s}, 5 * s, ""},
		"off":             {timeout.New(timeout.Config{Total: timeout.NoTimeout}), transport.Plan{Attempts: 1}, 0, ""},
		"inside retry":    {timeout.New(timeout.Config{}), transport.Plan{Attempts: 3}, 0, "is inside retry"},
		"attempt":         {timeout.PerAttempt(0), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, ""},
		"attempt, long":   {timeout.PerAttempt(30 * s), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, "never acts"},
		"attempt off":     {timeout.PerAttempt(timeout.NoTimeout), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, ""},
	} {
		p := test.before
		test.layer.Explain(&p)
		warned := strings.Join(p.Warnings, "\n")
		if p.Longest != test.longest || len(p.Notes) != 1 || (warned == "") != (test.warn == "") || !strings.Contains(warned, test.warn) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got := timeout.New(timeout.Config{Idle: timeout.NoTimeout}).String(); got != "timeout: total 30s, idle off" {
		t.Error(got)
	}
	if got := timeout.PerAttempt(0).String(); got != "attempt timeout: 10s" {
		t.Error(got)
	}
}
