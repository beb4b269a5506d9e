package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// The last outcome is returned, never an older one.
func TestTheLastOutcomeIsReturned(t *testing.T) {
	first, last := errors.New("first"), errors.New("last")
	for name, test := range map[string]struct {
		steps  []step
		status int
		body   string
		err    error
		sent   int
	}{
		"fine at once":         {[]step{{status: 200, body: "a"}}, 200, "a", nil, 1},
		"fine in the end":      {[]step{{status: 503, body: "x"}, {status: 503, body: "y"}, {status: 200, body: "a"}}, 200, "a", nil, 3},
		"503 for ever":         {[]step{{status: 503, body: "x"}, {status: 502, body: "y"}, {status: 500, body: "z"}}, 500, "z", nil, 3},
		"503, then error":      {[]step{{status: 503, body: "x"}, {status: 503, body: "y"}, fails(last)}, 0, "", last, 3},
		"error, then 503":      {[]step{fails(first), fails(first), {status: 503, body: "z"}}, 503, "z", nil, 3},
		"error, error, error":  {[]step{fails(first), fails(first), fails(last)}, 0, "", last, 3},
		"503, then 404":        {[]step{{status: 503}, {status: 404, body: "no"}}, 404, "no", nil, 2},
		"error, then final":    {[]step{fails(first), fails(&net.DNSError{IsNotFound: true})}, 0, "", nil, 2},
		"error, then canceled": {[]step{fails(first), fails(context.Canceled)}, 0, "", context.Canceled, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: test.steps}
			resp, c, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodGet, nil))
			if len(base.sent) != test.sent || c.Count() != test.sent {
				t.Errorf("%s: sent %d times, counted %d, want %d", name, len(base.sent), c.Count(), test.sent)
			}
			if (resp != nil) != (test.status != 0) {
				t.Fatalf("%s: response %v, error %v", name, resp, err)
			}
			if resp != nil {
				if resp.StatusCode != test.status || resp.Request == nil {
					t.Errorf("%s: %d", name, resp.StatusCode)
				}
				if got := rttest.Read(t, resp); got != test.body {
					t.Errorf("%s: body %q, want %q", name, got, test.body)
				}
			} else if test.err != nil && !errors.Is(err, test.err) || errors.Is(err, first) {
				t.Errorf("%s: %v", name, err)
			}
			if base.open != 0 {
				t.Errorf("%s: %d bodies open", name, base.open)
			}
		})
	}
}

func TestFirstErrorIsNotWrapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{fails(io.ErrUnexpectedEOF)}}
		_, c, err := do(t, retry.Policy{}, base, request(t, t.Context(), http.MethodPost, nil))
		if err != io.ErrUnexpectedEOF { //nolint:errorlint // exactly this one
			t.Errorf("%v", err)
		}
		if !strings.HasPrefix(c.StopReason(), "ambiguous: not idempotent (transport.Safe, ") || c.Attempt().Verdict() != verdict.Ambiguous {
			t.Errorf("the ledger says\n%s", c)
		}
	})
}

func TestAttemptsBoundsTheAttempts(t *testing.T) {
	for n, want := range map[int]int{0: 3, 1: 1, 2: 2, 7: 7} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(500)}}
			resp, _, _ := do(t, retry.Policy{Attempts: n}, base, request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			if len(base.sent) != want {
				t.Errorf("Attempts %d: sent %d times, want %d", n, len(base.sent), want)
			}
		})
	}
}

// inWords returns an event as text.
func inWords(e layer.Event) string {
	kind := map[layer.Kind]string{layer.RetryScheduled: "scheduled", layer.Exhausted: "exhausted"}[e.Kind]
	status := 0
	if e.Response != nil {
		status = e.Response.StatusCode
	}
	return fmt.Sprintf("%s %s %d: %d %v %v %s", e.Layer, kind, e.Attempt.Number(), status, e.Err, e.Wait, e.Text)
}

func TestScheduledAndExhaustedEvents(t *testing.T) {
	both := layer.RetryScheduled | layer.Exhausted
	for name, test := range map[string]struct {
		kinds layer.Kind
		steps []step
		want  []string
	}{
		"fine":      {both, []step{status(200)}, nil},
		"permanent": {both, []step{status(404)}, nil},
		"exhausted": {both, []step{status(503), fails(rttest.ErrBoom), status(502)}, []string{
			"retry scheduled 1: 503 <nil> 50ms status 503", "retry scheduled 2: 0 boom 100ms error",
			"retry exhausted 3: 502 <nil> 0s attempts used up: 3 of 3",
		}},
		"deadline":         {both, []step{status(503, "Retry-After", "900")}, []string{"retry exhausted 1: 503 <nil> 0s hint 15m0s is above MaxHint 1m30s"}},
		"only the last":    {layer.Exhausted, []step{status(500)}, []string{"retry exhausted 3: 500 <nil> 0s attempts used up: 3 of 3"}},
		"recovered at end": {layer.Exhausted, []step{status(500), status(500), status(200)}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			events := rttest.NewEvents(test.kinds)
			base := &script{steps: test.steps}
			resp, _, _ := do(t, retry.Policy{Rand: half}, events.Wrap(base), request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			var got []string
			for _, e := range events.Seen() {
				got = append(got, inWords(e))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: observed\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// An event says how many attempts there may be, and an attempt that a check failed is said to be
// one. Where there is but one attempt, no other was wanted, and none is missed.
func TestEventsSayTheBoundAndTheCheck(t *testing.T) {
	for attempts, want := range map[int][]string{
		3: {"retry scheduled 1: 200 check: boom 50ms check", "retry scheduled 2: 200 check: boom 100ms check", "retry exhausted 3: 200 check: boom 0s attempts used up: 3 of 3"},
		1: nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			events := rttest.NewEvents(layer.RetryScheduled | layer.Exhausted)
			ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { return rttest.ErrBoom }})
			resp, _, _ := do(t, retry.Policy{Attempts: attempts, Rand: half}, events.Wrap(&script{steps: []step{status(200)}}), request(t, ctx, http.MethodGet, nil))
			finish(resp)
			var got []string
			for _, e := range events.Seen() {
				got = append(got, inWords(e))
				if e.Limit != attempts {
					t.Errorf("an event says %d attempts, want %d", e.Limit, attempts)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("observed\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// A retry whose body is lost is given back to the budget.
func TestARetryWithoutABodyIsNotPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(retry.BudgetConfig{})
		base := &script{steps: []step{status(503)}}
		req := request(t, t.Context(), http.MethodPut, stream(strings.Repeat("x", 8<<20)))
		resp, err := retry.New(retry.Policy{Budget: b}).Wrap(base).RoundTrip(req)
		if err != nil || resp.StatusCode != 503 || len(base.sent) != 1 {
			t.Errorf("%v, %v, sent %d times", resp, err, len(base.sent))
		}
		finish(resp)
		if left := b.Remaining("api.test"); left != 10 {
			t.Errorf("%d retries left, want 10", left)
		}
	})
}

// A retry that an inner layer rejects is returned to the budget.
func TestARejectedRetryIsNotPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(retry.BudgetConfig{})
		n := 0
		rejects := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return wrapper{next, func(req *http.Request) (*http.Response, error) {
				if n++; n > 1 {
					return layer.Reject(req, verdict.ErrRejected)
				}
				return next.RoundTrip(req)
			}}
		})
		base := &script{steps: []step{status(503)}}
		rt := retry.New(retry.Policy{Budget: b}).Wrap(rejects.Wrap(rttest.Pass("through").Wrap(base)))
		_, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if !errors.Is(err, verdict.ErrRejected) || n != 2 {
			t.Errorf("%v after %d attempts", err, n)
		}
		if left := b.Remaining("api.test"); left != 10 {
			t.Errorf("%d retries left, want 10", left)
		}
	})
}

// A request without a body stays without one, whatever a transport below has put into it, and is
// sent again.
func TestATransportMayReplaceTheBodyThatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sends := 0
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			if sends++; req.Body != nil {
				t.Errorf("attempt %d was given a body", sends)
			}
			req.Body = io.NopCloser(strings.NewReader(""))
			code := 503
			if sends == 3 {
				code = 200
			}
			return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		req, err := http.NewRequestWithContext(t.Context(), "GET", "https://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := retry.New(retry.Policy{}).Wrap(base).RoundTrip(req)
		if err != nil || resp.StatusCode != 200 || sends != 3 {
			t.Errorf("%v, %v after %d attempts, want 200 after 3", resp, err, sends)
		}
	})
}
