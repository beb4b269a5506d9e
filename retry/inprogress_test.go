package retry_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// A server that knows idempotency keys responds with 409 to a second request while the first is in
// progress, and with the first's response when it is done.
func TestAWriteWhoseFirstAttemptIsStillAtWorkGetsItsResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done time.Time
		work := 0
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch {
			case done.IsZero():
				done = time.Now().Add(800 * time.Millisecond)
				work++
				return nil, io.ErrUnexpectedEOF
			case time.Now().Before(done):
				return rttest.Response(req, http.StatusConflict, "in progress"), nil
			}
			return rttest.Response(req, http.StatusCreated, "done"), nil
		})
		resp, err := retry.New(retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}).Wrap(base).
			RoundTrip(request(t, t.Context(), http.MethodPost, strings.NewReader("pay")))
		if err != nil || resp.StatusCode != http.StatusCreated || work != 1 {
			t.Errorf("%v, %v, worked %d times, want the 201 of the first attempt", resp, err, work)
		}
		if notes := ledger(transport.CallOf(resp)); !strings.Contains(notes, "an earlier attempt may be in progress") {
			t.Errorf("the ledger does not say why a 409 was retried: %q", notes)
		}
		finish(resp)
	})
}

// A 409 can be about an earlier attempt only if there was one with the same key. The server's own
// statement and the policy take precedence.
func TestA409IsInProgressOnlyForAFurtherAttemptWithAKey(t *testing.T) {
	key := retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}
	with := func(p retry.Policy) retry.Policy {
		p.IdempotencyKey = retry.NewIdempotencyKey
		return p
	}
	lost, gateway, busy := fails(io.ErrUnexpectedEOF), status(504), status(409)
	for name, c := range map[string]struct {
		method string
		policy retry.Policy
		steps  []step
		sent   int
		wait   time.Duration // the least from the first 409 on
		note   bool
	}{
		"after a lost response":      {"POST", key, []step{lost, busy}, 3, time.Second, true},
		"after a gateway gave up":    {"POST", key, []step{gateway, busy}, 3, time.Second, true},
		"as Retry-After says":        {"POST", key, []step{lost, status(409, "Retry-After", "5")}, 3, 5 * time.Second, true},
		"the first attempt":          {"POST", key, []step{busy}, 1, 0, false},
		"without a key":              {"PUT", retry.Policy{}, []step{gateway, busy}, 2, 0, false},
		"the server says no":         {"POST", key, []step{lost, status(409, "X-Should-Retry", "false")}, 2, 0, true},
		"Statuses decide":            {"POST", with(retry.Policy{Statuses: []int{504}}), []step{gateway, busy}, 2, 0, true},
		"When decides":               {"POST", with(retry.Policy{When: retry.OnStatus(504)}), []step{gateway, busy}, 2, 0, true},
		"When with the default":      {"POST", with(retry.Policy{When: retry.DefaultCondition}), []step{gateway, busy}, 3, time.Second, true},
		"a wait of the policy's own": {"POST", with(retry.Policy{Delays: map[int]time.Duration{409: 3 * time.Second}}), []step{lost, busy}, 3, 3 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: c.steps}
			resp, call, err := do(t, c.policy, base, request(t, t.Context(), c.method, nil))
			finish(resp)
			if err != nil || resp.StatusCode != http.StatusConflict || len(base.sent) != c.sent {
				t.Errorf("%s: %v, %v, sent %d times, want 409 and %d", name, resp, err, len(base.sent), c.sent)
				return
			}
			if w := base.waits(); c.wait > 0 && w[len(w)-1] < c.wait {
				t.Errorf("%s: waited %s, want at least %s", name, w[len(w)-1], c.wait)
			}
			if got := strings.Contains(ledger(call), "an earlier attempt may be in progress"); got != c.note {
				t.Errorf("%s: the note is there: %v, want %v", name, got, c.note)
			}
		})
	}
}

// A response that the caller expects is not sent again for, even if it is a 409. So only the ledger
// can say that it may be something else than the expected conflict.
func TestA409ThatIsExpectedMayBeInProgressToo(t *testing.T) {
	key := retry.Policy{IdempotencyKey: retry.NewIdempotencyKey}
	for name, c := range map[string]struct {
		steps []step
		note  bool
	}{
		"a further attempt": {[]step{status(503), status(409)}, true},
		"the first attempt": {[]step{status(409)}, false},
		"another status":    {[]step{status(503), status(404)}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := transport.With(t.Context(), transport.Expect{Status: []int{404, 409}})
			base := &script{steps: c.steps}
			resp, call, err := do(t, key, base, request(t, ctx, http.MethodPost, nil))
			finish(resp)
			if err != nil || len(base.sent) != len(c.steps) {
				t.Errorf("%s: %v, sent %d times, want %d", name, err, len(base.sent), len(c.steps))
				return
			}
			if got := strings.Contains(ledger(call), "an earlier attempt may be in progress"); got != c.note {
				t.Errorf("%s: the note is there: %v, want %v", name, got, c.note)
			}
		})
	}
}

// ledger returns the notes of all attempts of a call.
func ledger(call *transport.Call) string {
	var b strings.Builder
	for a := range call.Attempts() {
		b.WriteString(a.Notes() + "\n")
	}
	return b.String()
}

// The part of a server that knows the keys responds while the part that does the work is down. That
// does not count as a success of the host, so the outage is recognized.
func TestA409InProgressSaysNothingOfTheHealthOfTheHost(t *testing.T) {
	for name, c := range map[string]struct {
		steps []step // of each call
		want  int    // retries left
	}{
		"in progress":                {[]step{status(504), status(409), status(409)}, 0},
		"a success, the control":     {[]step{status(504), status(200)}, -1},
		"a conflict of another":      {[]step{status(409)}, -1},
		"and one that is no retry":   {[]step{status(504), status(404)}, -1},
		"nothing but the 504 counts": {[]step{status(504), status(504), status(409)}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := adaptive()
			for range 40 {
				resp, _, err := do(t, retry.Policy{IdempotencyKey: retry.NewIdempotencyKey, Delay: retry.NoDelay, Budget: b, Repeats: retry.IgnoreRepeats}, &script{steps: c.steps}, request(t, t.Context(), http.MethodPost, nil))
				if err != nil {
					t.Fatal(err)
				}
				finish(resp)
			}
			if n := b.Remaining("api.test"); n != c.want {
				t.Errorf("%s: %d retries left, want %d", name, n, c.want)
			}
		})
	}
}
