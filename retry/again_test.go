package retry_test

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A server that was obeyed and responds with 429 nevertheless is not believed again, unless the
// request came only slightly too early.
func TestAHintThatWasThrottledAgain(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	for name, test := range map[string]struct {
		steps    []step
		deadline time.Duration
		want     []time.Duration
		stopped  string
	}{
		"a constant": {
			[]step{status(429, "Retry-After", "2")}, 0, []time.Duration{2 * s, 4 * s}, "attempts used up: 3 of 3",
		},
		"a constant and a deadline": {
			[]step{status(429, "Retry-After", "2")}, 6 * s, []time.Duration{2 * s, 3*s - 1}, "attempts used up: 3 of 3",
		},
		"a short miss is not counted": {
			[]step{status(429, "Retry-After", "59"), status(429, "Retry-After-Ms", "600"), status(500), status(200)},
			0,
			[]time.Duration{59 * s, 600 * ms, 0},
			"",
		},
		"a constant, then a shorter one, is no short miss": {
			[]step{status(429, "Retry-After", "59"), status(429, "Retry-After", "5"), status(500), status(500), status(200)},
			0,
			[]time.Duration{59 * s, 90 * s},
			"attempts used up: 3 of 3",
		},
		"a fault without a hint is no miss": {
			[]step{status(429, "Retry-After", "59"), status(500), status(500), status(200)},
			0,
			[]time.Duration{59 * s, 0},
			"attempts used up: 3 of 3",
		},
		"but once": {
			[]step{status(429, "Retry-After", "59"), status(429, "Retry-After-Ms", "600"), status(429, "Retry-After-Ms", "200"), status(429, "Retry-After-Ms", "50")},
			0,
			[]time.Duration{59 * s, 600 * ms, 200 * ms},
			"attempts used up: 4 of 4",
		},
		"missed by less than the server can say": {
			[]step{status(429), status(429, "Retry-After", "2"), status(429, "Retry-After", "0"), status(200)},
			0,
			[]time.Duration{500 * ms, 2 * s, 500 * ms},
			"",
		},
		"a longer hint": {
			[]step{status(429, "Retry-After", "2"), status(429, "Retry-After", "9"), status(200)}, 0, []time.Duration{2 * s, 9 * s}, "",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: test.steps}
			ctx := t.Context()
			if test.deadline > 0 {
				c, cancel := context.WithTimeout(ctx, test.deadline)
				defer cancel()
				ctx = c
			}
			policy := retry.Policy{Rand: func() float64 { return 0 }}
			resp, c, _ := do(t, policy, base, request(t, ctx, http.MethodGet, nil))
			finish(resp)
			if got := base.waits(); !slices.Equal(got, test.want) || c.StopReason() != test.stopped {
				t.Errorf("%s: waited %v and stopped %q, want %v and %q\n%s", name, got, c.StopReason(), test.want, test.stopped, c)
			}
			if doubled := strings.HasPrefix(name, "a constant"); doubled != strings.Contains(c.String(), "was too short before: waiting at least") {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
		})
	}
}

// A short miss allows one attempt more, even if the number of attempts is the largest int.
func TestAShortMissOfAnyNumberOfAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(429, "Retry-After", "59"), status(429, "Retry-After-Ms", "600"), status(500), status(200)}}
		resp, c, _ := do(t, retry.Policy{Attempts: math.MaxInt}, base, request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		if c.Count() != 4 || resp.StatusCode != http.StatusOK {
			t.Errorf("status %d, want 200\n%s", resp.StatusCode, c)
		}
	})
}

// A 429 comes from a server that is alive. It neither raises the score of an outage nor takes from
// the tokens that an outage leaves.
func TestA429IsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := adaptive()
		base := &script{steps: []step{status(429)}}
		for range 20 {
			resp, c, _ := do(t, retry.Policy{Delay: retry.NoDelay, Budget: b}, base, request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			if c.StopReason() != "attempts used up: 3 of 3" {
				t.Fatalf("stopped: %q", c.StopReason())
			}
		}
		if n := b.Remaining("api.test"); n != -1 {
			t.Errorf("%d retries left after 429s alone, want any number", n)
		}
		base.steps = []step{status(503)} // the control
		for range 20 {
			resp, _, _ := do(t, retry.Policy{Delay: retry.NoDelay, Budget: b}, base, request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
		}
		if n := b.Remaining("api.test"); n != 0 {
			t.Errorf("%d retries left after an outage, want none", n)
		}
		base.steps = []step{status(429)}
		resp, c, _ := do(t, retry.Policy{Delay: retry.NoDelay, Budget: b}, base, request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		if c.StopReason() != "attempts used up: 3 of 3" {
			t.Errorf("a 429 in an outage: stopped: %q", c.StopReason())
		}
	})
}

// What a body says about a limit counts like a status: a limit that passes is like a 429, a spent
// balance is final.
func TestWhatABodySaysOfALimit(t *testing.T) {
	secondary := step{status: 403, body: "You have exceeded a secondary rate limit"}
	spent := step{status: 429, body: `{"error":{"code":"insufficient_quota"}}`}
	for name, test := range map[string]struct {
		method string
		step   step
		sent   int
	}{
		"secondary, GET":  {http.MethodGet, secondary, 3},
		"secondary, POST": {http.MethodPost, secondary, 3},
		"a right":         {http.MethodGet, step{status: 403, body: "no"}, 1},
		"spent":           {http.MethodGet, spent, 1},
		"quota":           {http.MethodPost, step{status: 429, body: "{}"}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := adaptive()
			base := &script{steps: []step{test.step}}
			resp, c, _ := do(t, retry.Policy{Budget: b}, base, request(t, t.Context(), test.method, strings.NewReader("data")))
			if got := rttest.Read(t, resp); len(base.sent) != test.sent || got != test.step.body {
				t.Errorf("%s: sent %d times, want %d; the body is %q\n%s", name, len(base.sent), test.sent, got, c)
			}
		})
	}
}
