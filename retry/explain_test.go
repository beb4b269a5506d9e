package retry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestExplain(t *testing.T) {
	for name, test := range map[string]struct {
		policy retry.Policy
		before transport.Plan
		want   transport.Plan
		warn   string
	}{
		"default":      {retry.Policy{}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 1 << 20}, ""},
		"one":          {retry.Policy{Attempts: 1}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 1, Sends: 1}, ""},
		"no buffer":    {retry.Policy{Attempts: 5, BufferLimit: retry.NoBuffer}, transport.Plan{Attempts: 1, Sends: 2, Buffered: 7}, transport.Plan{Attempts: 5, Sends: 10, Buffered: 7}, ""},
		"in time":      {retry.Policy{}, transport.Plan{Attempts: 1, Sends: 1, Longest: time.Second}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 1 << 20, Longest: time.Second}, ""},
		"not in time":  {retry.Policy{Attempts: 9}, transport.Plan{Attempts: 1, Sends: 1, Longest: time.Second}, transport.Plan{Attempts: 9, Sends: 9, Buffered: 1 << 20, Longest: time.Second}, "between attempts, but the call ends after 1s"},
		"inside retry": {retry.Policy{}, transport.Plan{Attempts: 4, Sends: 4}, transport.Plan{Attempts: 4, Sends: 4}, "only the outer one acts"},
		"unsafe":       {retry.Policy{Unsafe: true}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 1 << 20}, "not idempotent"},
		"no budget":    {retry.Policy{Budget: retry.NoBudget()}, transport.Plan{Attempts: 1, Sends: 1}, transport.Plan{Attempts: 3, Sends: 3, Buffered: 1 << 20}, "multiplies the load by 3"},
	} {
		got := test.before
		retry.New(test.policy).Explain(&got)
		if got.Attempts != test.want.Attempts || got.Sends != test.want.Sends || got.Buffered != test.want.Buffered || got.Longest != test.want.Longest {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		if len(got.Notes) != 1 || !strings.HasPrefix(got.Notes[0], "retry: ") {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
		if warned := strings.Join(got.Warnings, "\n"); (warned == "") != (test.warn == "") || !strings.Contains(warned, test.warn) {
			t.Errorf("%s: warned %q, want %q", name, warned, test.warn)
		}
	}
}
