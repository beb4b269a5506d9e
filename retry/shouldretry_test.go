package retry_test

import (
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
)

// The server's own statement takes precedence over its status, but cannot make a POST safe.
func TestServerSaysWhetherToRetry(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		policy retry.Policy
		step   step
		sent   int
	}{
		"false on 503":            {"GET", retry.Policy{}, status(503, "x-should-retry", "false"), 1},
		"true on 409":             {"GET", retry.Policy{}, status(409, "x-should-retry", "true"), 3},
		"Stripe, true on 409":     {"GET", retry.Policy{}, status(409, "Stripe-Should-Retry", "True"), 3},
		"Stripe, false on 500":    {"GET", retry.Policy{}, status(500, "Stripe-Should-Retry", "false"), 1},
		"nonsense on 503":         {"GET", retry.Policy{}, status(503, "x-should-retry", "maybe"), 3},
		"nothing on 409":          {"GET", retry.Policy{}, status(409), 1},
		"true on 200":             {"GET", retry.Policy{}, status(200, "x-should-retry", "true"), 1},
		"true on 409, POST":       {"POST", retry.Policy{}, status(409, "x-should-retry", "true"), 1},
		"true on 409, with a key": {"POST", retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}, status(409, "x-should-retry", "true"), 3},
		"When decides":            {"GET", retry.Policy{When: retry.OnStatus(503)}, status(503, "x-should-retry", "false"), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{c.step}}
			resp, _, err := do(t, c.policy, base, request(t, t.Context(), c.method, nil))
			if err != nil {
				t.Error(err)
			}
			finish(resp)
			if len(base.sent) != c.sent {
				t.Errorf("%s: sent %d times, want %d", name, len(base.sent), c.sent)
			}
		})
	}
}
