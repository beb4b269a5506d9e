package retry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestExplainCountsAttemptsAndWarns(t *testing.T) {
	for name, test := range map[string]struct {
		policy retry.Policy
		before transport.Plan
		want   transport.Plan
		warn   string
	}{
		"default":      {retry.Policy{}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 17 << 20}, ""},
		"one":          {retry.Policy{Attempts: 1}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 1, Sends: 1}, ""},
		"no buffer":    {retry.Policy{Attempts: 5, BufferLimit: retry.NoBuffer}, transport.Plan{Attempts: 1, Sends: 2, Buffered: 7}, transport.Plan{Attempts: 5, Sends: 10, Buffered: 7}, ""},
		"in time":      {retry.Policy{}, transport.Plan{Attempts: 1, Sends: 1, Longest: time.Second}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 17 << 20, Longest: time.Second}, ""},
		"not in time":  {retry.Policy{Attempts: 9}, transport.Plan{Attempts: 1, Sends: 1, Longest: time.Second}, transport.Plan{Attempts: 9, Sends: 9, Buffered: 17 << 20, Longest: time.Second}, "between attempts, but the call ends after 1s"},
		"inside retry": {retry.Policy{}, transport.Plan{Attempts: 4, Sends: 4}, transport.Plan{Attempts: 4, Sends: 4}, "only the outer one retries"},
		"unsafe":       {retry.Policy{Unsafe: true}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 17 << 20}, "not idempotent"},
		"no budget":    {retry.Policy{Budget: retry.NoBudget()}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 17 << 20}, "up to 3 times the load"},
	} {
		got := test.before
		retry.New(test.policy).Explain(&got)
		if got.Attempts != test.want.Attempts || got.Sends != test.want.Sends || got.Buffered != test.want.Buffered || got.Longest != test.want.Longest {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		if len(got.Notes) < 1 || !strings.HasPrefix(got.Notes[0], "retry: ") {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
		if warned := strings.Join(got.Warnings, "\n"); (warned == "") != (test.warn == "") || !strings.Contains(warned, test.warn) {
			t.Errorf("%s: warned %q, want %q", name, warned, test.warn)
		}
	}
}

func TestExplainSaysWhatBecomesOfRepeats(t *testing.T) {
	for repeats, want := range map[retry.Repeats]string{
		retry.YieldToRepeats: "retry: a failed request that an SDK above sends again within 1m30s is sent once",
		retry.RejectRepeats:  "retry: a failed request that an SDK above sends again within 1m30s is rejected",
		retry.IgnoreRepeats:  "retry: a failed request that an SDK above sends again is retried like any other",
	} {
		plan := transport.Plan{Attempts: 1, Sends: 1}
		retry.New(retry.Policy{Repeats: repeats}).Explain(&plan)
		if !slices.Contains(plan.Notes, want) {
			t.Errorf("%d: %q", repeats, plan.Notes)
		}
	}
}

func TestPoliciesInWords(t *testing.T) {
	for _, test := range []struct {
		v    fmt.Stringer
		want string
	}{
		{retry.Policy{}, "retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints up to 1m30s"},
		{retry.Policy{Attempts: 4, Delay: time.Second, Multiplier: 1.5, Jitter: retry.NoJitter}, "retry: 4 attempts, waits 1s 1.5s 2.25s, no jitter, hints up to 1m30s"},
		{retry.Policy{Attempts: 1}, "retry: 1 attempt"},
		{retry.Policy{Delay: time.Second, MaxDelay: 2 * time.Second, Attempts: 20, Unsafe: true}, "retry: 20 attempts, waits up to 1s 2s 2s 2s 2s 2s 2s 2s ..., full jitter, hints up to 1m30s, unsafe methods too"},
		{retry.Policy{Backoff: retryablehttp.DefaultBackoff, CheckRetry: retryablehttp.DefaultRetryPolicy, Budget: retry.NoBudget()}, "retry: 3 attempts, waits by Backoff, hints up to 1m30s, decided by CheckRetry, no budget"},
		{retry.Policy{Delay: retry.NoDelay, When: retry.DefaultCondition, Delays: map[int]time.Duration{503: time.Second, 429: 0}}, "retry: 3 attempts, no waits, 0s after 429, 1s after 503, hints up to 1m30s, decided by When"},
		{retry.Policy{Statuses: []int{503}, Budget: retry.NewBudget(retry.BudgetConfig{})}, "retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints up to 1m30s, statuses [503], budget 10 % of calls + 10 in 10s per host"},
		{retry.New(retry.Policy{Attempts: 1}), "retry: 1 attempt"},
		{retry.Policy{Attempts: 1, Repeats: retry.RejectRepeats}, "retry: 1 attempt, rejects repeats"},
		{retry.Policy{Repeats: retry.IgnoreRepeats}, "retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints up to 1m30s, ignores repeats"},
		{retry.Off, "retry: off"},
	} {
		if got := test.v.String(); got != test.want {
			t.Errorf("%q, want\n%q", got, test.want)
		}
	}
}
