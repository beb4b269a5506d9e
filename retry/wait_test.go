package retry_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
)

func TestTheScheduleOfWaits(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	hint := func(v string) step { return status(429, "Retry-After", v) }
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   []time.Duration
	}{
		"faults":               {retry.Policy{Attempts: 9}, fails(rttest.ErrBoom), []time.Duration{50 * ms, 100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 2500 * ms, 2500 * ms}},
		"throttles":            {retry.Policy{Attempts: 8}, status(429), []time.Duration{750 * ms, 1500 * ms, 3 * s, 6 * s, 12 * s, 15 * s, 15 * s}},
		"a factor of 1.5":      {retry.Policy{Attempts: 4, Delay: s, Multiplier: 1.5, Jitter: retry.NoJitter}, status(500), []time.Duration{s, 1500 * ms, 2250 * ms}},
		"throttles alike":      {retry.Policy{Attempts: 4, Delay: s, Multiplier: 1.5, Jitter: retry.NoJitter}, status(429), []time.Duration{s, 1500 * ms, 2250 * ms}},
		"constant":             {retry.Policy{Attempts: 4, Delay: 10 * ms, Multiplier: 1, Jitter: retry.NoJitter}, status(500), []time.Duration{10 * ms, 10 * ms, 10 * ms}},
		"capped":               {retry.Policy{Attempts: 4, Delay: s, MaxDelay: 3 * s, Jitter: retry.NoJitter}, status(500), []time.Duration{s, 2 * s, 3 * s}},
		"a long Delay":         {retry.Policy{Attempts: 6, Delay: 10 * s, Jitter: retry.NoJitter}, status(500), []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 100 * s}},
		"only a MaxDelay":      {retry.Policy{MaxDelay: 20 * ms, Jitter: retry.NoJitter}, status(500), []time.Duration{20 * ms, 20 * ms}},
		"equal jitter":         {retry.Policy{Delay: s, Jitter: retry.EqualJitter}, status(500), []time.Duration{750 * ms, 1500 * ms}},
		"no delay":             {retry.Policy{Delay: retry.NoDelay}, status(500), []time.Duration{0, 0}},
		"no delay, hint":       {retry.Policy{Delay: retry.NoDelay, Rand: func() float64 { return 0 }}, hint("3"), []time.Duration{3 * s, 6 * s}},
		"delay of a status":    {retry.Policy{Attempts: 4, Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(500), []time.Duration{7 * s, 7 * s, 7 * s}},
		"no delay of a status": {retry.Policy{Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(502), []time.Duration{0, 0}},
		"delay of another":     {retry.Policy{Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(503), []time.Duration{50 * ms, 100 * ms}},
		"hint over a status":   {retry.Policy{Rand: func() float64 { return 0 }, Delays: map[int]time.Duration{429: s}}, hint("3"), []time.Duration{3 * s, 6 * s}},
		"a status over a hint": {retry.Policy{Delays: map[int]time.Duration{429: 9 * s}}, hint("3"), []time.Duration{9 * s, 9 * s}},
		"Backoff over a hint":  {retry.Policy{Backoff: func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return 9 * s }}, hint("3"), []time.Duration{9 * s, 9 * s}},
		"hint over a Backoff":  {retry.Policy{Backoff: func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return s }}, hint("4"), []time.Duration{4200 * ms, 4200 * ms}},
		"hint, a tenth added":  {retry.Policy{}, hint("4"), []time.Duration{4200 * ms, 8400 * ms}},
		"hint, a second added": {retry.Policy{}, hint("30"), []time.Duration{30500 * ms, 60500 * ms}},
		"hint throttled again": {retry.Policy{Attempts: 5}, hint("1"), []time.Duration{1050 * ms, 2100 * ms, 4200 * ms, 8400 * ms}},
		"hint of zero":         {retry.Policy{}, hint("0"), []time.Duration{750 * ms, 1500 * ms}},
		"hint after a fault":   {retry.Policy{}, status(500, "Retry-After", "4"), []time.Duration{4200 * ms, 8400 * ms}},
		"hint of the most":     {retry.Policy{}, hint("90"), []time.Duration{90500 * ms, 90500 * ms}},
		"hint above the most":  {retry.Policy{}, hint("91"), nil},
		"hint without end":     {retry.Policy{}, hint("999999999"), nil},
		"longer hints allowed": {retry.Policy{MaxHint: time.Hour, Rand: func() float64 { return 0 }}, hint("1800"), []time.Duration{30 * time.Minute, time.Hour}},
		"malformed hint":       {retry.Policy{}, hint("soon"), []time.Duration{750 * ms, 1500 * ms}},
	} {
		synctest.Test(t, func(t *testing.T) {
			if test.policy.Rand == nil {
				test.policy.Rand = half
			}
			base := &script{steps: []step{test.step}}
			resp, c, _ := do(t, test.policy, base, request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			if got := base.waits(); !slices.Equal(got, test.want) {
				t.Errorf("%s: waited %v, want %v\n%s", name, got, test.want, c)
			}
			var recorded []time.Duration
			for a := range c.Attempts() {
				if a.Number() > 1 {
					recorded = append(recorded, a.Wait(layer.Backoff))
				}
			}
			if !slices.Equal(recorded, test.want) {
				t.Errorf("%s: the ledger says %v, want %v", name, recorded, test.want)
			}
		})
	}
}

func TestBackoffFunctionsOfGoRetryablehttpPlugIn(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		lo, hi []time.Duration
	}{
		"exponential":     {retry.Policy{Attempts: 4, Backoff: retryablehttp.DefaultBackoff}, status(500), []time.Duration{100 * ms, 200 * ms, 400 * ms}, []time.Duration{100 * ms, 200 * ms, 400 * ms}},
		"linear":          {retry.Policy{Attempts: 3, Delay: s, MaxDelay: 2 * s, Backoff: retryablehttp.LinearJitterBackoff}, status(500), []time.Duration{s, 2 * s}, []time.Duration{2 * s, 4 * s}},
		"linear, no band": {retry.Policy{Attempts: 3, Delay: s, MaxDelay: s, Backoff: retryablehttp.LinearJitterBackoff}, fails(rttest.ErrBoom), []time.Duration{s, 2 * s}, []time.Duration{s, 2 * s}},
		"rate limit":      {retry.Policy{Attempts: 3, Rand: half, Backoff: retryablehttp.RateLimitLinearJitterBackoff}, status(429, "Retry-After", "10"), []time.Duration{10500 * ms, 10500 * ms}, []time.Duration{10500 * ms, 10500 * ms}},
		"overflow":        {retry.Policy{Attempts: 2, Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { return -1 }}, status(500), []time.Duration{5 * s}, []time.Duration{5 * s}},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{test.step}}
			resp, _, _ := do(t, test.policy, base, request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			got := base.waits()
			if len(got) != len(test.lo) {
				t.Fatalf("%s: waited %v", name, got)
			}
			for i, d := range got {
				if d < test.lo[i] || d > test.hi[i] {
					t.Errorf("%s: wait %d is %v, want %v to %v", name, i+1, d, test.lo[i], test.hi[i])
				}
			}
		})
	}
}

// A date in whole seconds is waited for a second longer already, and little is added to that.
func TestAHintThatWasRoundedUpIsSpreadLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(429, "Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)), status(200)}}
		resp, _, _ := do(t, retry.Policy{Rand: half}, base, request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
		if got, want := base.waits(), []time.Duration{61200 * time.Millisecond}; !slices.Equal(got, want) {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

// A Backoff is given a least wait that is not above the longest.
func TestABackoffIsGivenTheBoundsOfItsPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		policy      retry.Policy
		least, most time.Duration
	}{
		"by default":      {retry.Policy{}, 100 * time.Millisecond, 5 * time.Second},
		"a MaxDelay":      {retry.Policy{MaxDelay: 20 * time.Millisecond}, 20 * time.Millisecond, 20 * time.Millisecond},
		"a long MaxDelay": {retry.Policy{MaxDelay: time.Minute}, 100 * time.Millisecond, time.Minute},
		"a Delay":         {retry.Policy{Delay: time.Second, MaxDelay: 3 * time.Second}, time.Second, 3 * time.Second},
	} {
		c.policy.Backoff = func(least, most time.Duration, _ int, _ *http.Response) time.Duration {
			if least != c.least || most != c.most {
				t.Errorf("%s: %s to %s, want %s to %s", name, least, most, c.least, c.most)
			}
			return 0
		}
		resp, _, _ := do(t, c.policy, &script{steps: []step{status(500)}}, request(t, t.Context(), http.MethodGet, nil))
		finish(resp)
	}
}

// pauser is an inner layer that waits as long as the server asks.
type pauser struct{ waited int }

func (p *pauser) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("pauser", p, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp.Header.Get("Retry-After") != "" && layer.AttemptOf(resp).TakeHint() {
			p.waited++
		}
		return resp, err
	})
}

func TestAnInnerPauseTakesTheHint(t *testing.T) {
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   []time.Duration
	}{
		"hint":              {retry.Policy{}, status(429, "Retry-After", "4"), []time.Duration{0, 0}},
		"status wait stays": {retry.Policy{Delays: map[int]time.Duration{429: time.Second}}, status(429, "Retry-After", "4"), []time.Duration{time.Second, time.Second}},
		"no hint":           {retry.Policy{}, status(500), []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}},
		"above the most":    {retry.Policy{}, status(429, "Retry-After", "400"), nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			test.policy.Rand = half
			base := &script{steps: []step{test.step}}
			resp, _, err := do(t, test.policy, new(pauser).Wrap(base), request(t, t.Context(), http.MethodGet, nil))
			if err != nil {
				t.Fatal(err)
			}
			finish(resp)
			if got := base.waits(); !slices.Equal(got, test.want) {
				t.Errorf("%s: waited %v, want %v", name, got, test.want)
			}
		})
	}
}

// tape marks its responses as replayed.
type tape struct{}

func (p tape) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("tape", p, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.SetOffline()
		c.Attempt().SetReplayed(0)
		return next.RoundTrip(req)
	})
}

func TestAReplayedAttemptDoesNotWaitAndIsNotPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503, "Retry-After", "30"), fails(rttest.ErrBoom), status(200)}}
		b := retry.NewBudget(retry.BudgetConfig{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		resp, _, err := do(t, retry.Policy{Budget: b}, tape{}.Wrap(base), request(t, ctx, http.MethodGet, nil))
		if err != nil || resp.StatusCode != 200 || len(base.sent) != 3 || time.Since(start) != 0 {
			t.Errorf("%v, sent %d times in %v", err, len(base.sent), time.Since(start))
		}
		finish(resp)
		if n := b.Remaining("api.test"); n != 10 {
			t.Errorf("%d retries left, want 10", n)
		}
	})
}
