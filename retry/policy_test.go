package retry_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestNonsensePanics(t *testing.T) {
	yes := func(error) bool { return true }
	for name, p := range map[string]retry.Policy{
		"attempts":           {Attempts: -1},
		"delay":              {Delay: -2},
		"multiplier":         {Multiplier: 0.5},
		"negative":           {Multiplier: -2},
		"no number":          {Multiplier: math.NaN()},
		"infinite":           {Multiplier: math.Inf(1)},
		"max delay":          {MaxDelay: -1},
		"max below delay":    {Delay: time.Second, MaxDelay: time.Millisecond},
		"jitter":             {Jitter: 3},
		"max hint":           {MaxHint: -1},
		"buffer":             {BufferLimit: -2},
		"status":             {Statuses: []int{42}},
		"status of a delay":  {Delays: map[int]time.Duration{1000: 1}},
		"delay of a status":  {Delays: map[int]time.Duration{503: -1}},
		"When, Statuses":     {When: retry.DefaultCondition, Statuses: []int{500}},
		"When, Errors":       {When: retry.DefaultCondition, Errors: yes},
		"When, CheckRetry":   {When: retry.DefaultCondition, CheckRetry: retryablehttp.DefaultRetryPolicy},
		"CheckRetry, Errors": {CheckRetry: retryablehttp.DefaultRetryPolicy, Errors: yes},
	} {
		for what, f := range map[string]func(){
			"New":    func() { retry.New(p) },
			"Attach": func() { p.Attach(t.Context()) },
		} {
			func() {
				defer func() {
					if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "retry: ") {
						t.Errorf("%s, %s: recovered %v", name, what, v)
					}
				}()
				f()
			}()
		}
	}
}

func TestOverride(t *testing.T) {
	for name, test := range map[string]struct {
		over []transport.Override
		want int
	}{
		"none":         {nil, 3},
		"more":         {[]transport.Override{retry.Policy{Attempts: 5}}, 5},
		"one":          {[]transport.Override{retry.Policy{Attempts: 1}}, 1},
		"off":          {[]transport.Override{retry.Off}, 1},
		"the last one": {[]transport.Override{retry.Off, retry.Policy{Attempts: 4}}, 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503)}}
			ctx := transport.With(t.Context(), test.over...)
			resp, _, err := do(t, retry.Policy{}, base, request(t, ctx, http.MethodGet, nil))
			if err != nil || len(base.sent) != test.want {
				t.Errorf("%s: sent %d times, want %d; %v", name, len(base.sent), test.want, err)
			}
			finish(resp)
		})
	}
}

// A policy replaces the whole policy, never a part of it; the budget of the
// layer stays unless the policy brings one.
func TestOverrideReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := retry.New(retry.Policy{Attempts: 9, Statuses: []int{404}, Delay: time.Hour})
		base := &script{steps: []step{status(404)}}
		rt := r.Wrap(base)
		ctx := transport.With(t.Context(), retry.Policy{Delay: retry.NoDelay})
		resp, _ := rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
		finish(resp)
		if len(base.sent) != 1 {
			t.Errorf("a 404 was sent %d times under the default policy", len(base.sent))
		}
		base.steps = []step{status(503)}
		for range 20 {
			resp, _ := rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
			finish(resp)
		}
		if got := r.Budget().Remaining("api.test"); got != 0 {
			t.Errorf("the layer's budget has %d left", got)
		}
		sent := len(base.sent)
		ctx = transport.With(ctx, retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()})
		resp, _ = rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
		finish(resp)
		if got := len(base.sent) - sent; got != 3 {
			t.Errorf("with a budget of its own: sent %d times", got)
		}
	})
}

// A policy is read once: changing its slices later changes nothing.
func TestPolicyIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := retry.Policy{Statuses: []int{404}, Delays: map[int]time.Duration{404: time.Second}}
		r := retry.New(p)
		p.Statuses[0] = 200
		p.Delays[404] = time.Hour
		base := &script{steps: []step{status(404)}}
		resp, _ := r.Wrap(base).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		if got := base.waits(); len(got) != 2 || got[0] != time.Second {
			t.Errorf("waited %v", got)
		}
	})
}

// What was set for a call does not reach the calls made inside of it.
func TestOverrideDoesNotLeakIntoInnerCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &script{steps: []step{status(503), status(503), status(200)}}
		token := retry.New(retry.Policy{}).Wrap(inner)
		auth := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return wrapper{next, func(req *http.Request) (*http.Response, error) {
				resp, err := token.RoundTrip(request(t, req.Context(), http.MethodGet, nil))
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("the token fetch: %v", err)
				}
				finish(resp)
				return next.RoundTrip(req)
			}}
		})
		base := &script{steps: []step{status(200)}}
		ctx := transport.With(t.Context(), retry.Off)
		resp, err := through{}.Wrap(retry.New(retry.Policy{}).Wrap(auth.Wrap(base))).RoundTrip(request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 1 || len(inner.sent) != 3 {
			t.Errorf("%v, sent %d and %d times", err, len(base.sent), len(inner.sent))
		}
		finish(resp)
	})
}

func TestStrings(t *testing.T) {
	for _, test := range []struct {
		v    fmt.Stringer
		want string
	}{
		{retry.Policy{}, "retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints to 1m0s"},
		{retry.Policy{Attempts: 4, Delay: time.Second, Multiplier: 1.5, Jitter: retry.NoJitter}, "retry: 4 attempts, waits 1s 1.5s 2.25s, no jitter, hints to 1m0s"},
		{retry.Policy{Attempts: 1}, "retry: 1 attempt"},
		{retry.Policy{Delay: time.Second, MaxDelay: 2 * time.Second, Attempts: 20, Unsafe: true}, "retry: 20 attempts, waits up to 1s 2s 2s 2s 2s 2s 2s 2s ..., full jitter, hints to 1m0s, unsafe methods too"},
		{retry.Policy{Backoff: retryablehttp.DefaultBackoff, CheckRetry: retryablehttp.DefaultRetryPolicy, Budget: retry.NoBudget()}, "retry: 3 attempts, waits by Backoff, hints to 1m0s, decided by CheckRetry, no budget"},
		{retry.Policy{Delay: retry.NoDelay, When: retry.DefaultCondition, Delays: map[int]time.Duration{503: time.Second, 429: 0}}, "retry: 3 attempts, no waits, 429 after 0s, 503 after 1s, hints to 1m0s, decided by When"},
		{retry.Policy{Statuses: []int{503}, Budget: retry.NewBudget(retry.BudgetConfig{})}, "retry: 3 attempts, waits up to 100ms 200ms, throttled up to 1s 2s, full jitter, hints to 1m0s, statuses [503], budget 10 % of calls + 10 in 10s per host"},
		{retry.New(retry.Policy{Attempts: 1}), "retry: 1 attempt"},
		{retry.Off, "retry: off"},
	} {
		if got := test.v.String(); got != test.want {
			t.Errorf("%q, want\n%q", got, test.want)
		}
	}
}

var _ = []transport.Override{retry.Policy{}, retry.Off}
