package retry_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

func half() float64 { return 0.5 }

func TestSchedule(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	hint := func(v string) step { return status(429, "Retry-After", v) }
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		want   []time.Duration
	}{
		"faults":               {retry.Policy{Attempts: 9}, fails(errBoom), []time.Duration{50 * ms, 100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 2500 * ms, 2500 * ms}},
		"throttles":            {retry.Policy{Attempts: 8}, status(429), []time.Duration{s / 2, s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s}},
		"as the original":      {retry.Policy{Attempts: 4, Delay: s, Multiplier: 1.5, Jitter: retry.NoJitter}, status(500), []time.Duration{s, 1500 * ms, 2250 * ms}},
		"its throttles alike":  {retry.Policy{Attempts: 4, Delay: s, Multiplier: 1.5, Jitter: retry.NoJitter}, status(429), []time.Duration{s, 1500 * ms, 2250 * ms}},
		"constant":             {retry.Policy{Attempts: 4, Delay: 10 * ms, Multiplier: 1, Jitter: retry.NoJitter}, status(500), []time.Duration{10 * ms, 10 * ms, 10 * ms}},
		"capped":               {retry.Policy{Attempts: 4, Delay: s, MaxDelay: 3 * s, Jitter: retry.NoJitter}, status(500), []time.Duration{s, 2 * s, 3 * s}},
		"a long Delay":         {retry.Policy{Delay: time.Minute, Jitter: retry.NoJitter}, status(500), []time.Duration{time.Minute, time.Minute}},
		"only a MaxDelay":      {retry.Policy{MaxDelay: 20 * ms, Jitter: retry.NoJitter}, status(500), []time.Duration{20 * ms, 20 * ms}},
		"equal jitter":         {retry.Policy{Delay: s, Jitter: retry.EqualJitter}, status(500), []time.Duration{750 * ms, 1500 * ms}},
		"no delay":             {retry.Policy{Delay: retry.NoDelay}, status(500), []time.Duration{0, 0}},
		"no delay, hint":       {retry.Policy{Delay: retry.NoDelay, Rand: func() float64 { return 0 }}, hint("3"), []time.Duration{3 * s, 3 * s}},
		"delay of a status":    {retry.Policy{Attempts: 4, Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(500), []time.Duration{7 * s, 7 * s, 7 * s}},
		"no delay of a status": {retry.Policy{Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(502), []time.Duration{0, 0}},
		"delay of another":     {retry.Policy{Delays: map[int]time.Duration{500: 7 * s, 502: 0}}, status(503), []time.Duration{50 * ms, 100 * ms}},
		"hint over a status":   {retry.Policy{Rand: func() float64 { return 0 }, Delays: map[int]time.Duration{429: s}}, hint("3"), []time.Duration{3 * s, 3 * s}},
		"hint, a tenth added":  {retry.Policy{}, hint("4"), []time.Duration{4200 * ms, 4200 * ms}},
		"hint, a second added": {retry.Policy{}, hint("30"), []time.Duration{30500 * ms, 30500 * ms}},
		"hint is a floor":      {retry.Policy{Attempts: 5}, hint("1"), []time.Duration{1050 * ms, 1050 * ms, 2 * s, 4 * s}},
		"hint of zero":         {retry.Policy{}, hint("0"), []time.Duration{s / 2, s}},
		"hint after a fault":   {retry.Policy{}, status(500, "Retry-After", "4"), []time.Duration{4200 * ms, 4200 * ms}},
		"hint of the most":     {retry.Policy{}, hint("60"), []time.Duration{60500 * ms, 60500 * ms}},
		"hint above the most":  {retry.Policy{}, hint("61"), nil},
		"hint without end":     {retry.Policy{}, hint("9223372036854775807"), nil},
		"longer hints allowed": {retry.Policy{MaxHint: time.Hour, Rand: func() float64 { return 0 }}, hint("1800"), []time.Duration{30 * time.Minute, 30 * time.Minute}},
		"malformed hint":       {retry.Policy{}, hint("soon"), []time.Duration{s / 2, s}},
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
			var booked []time.Duration
			for a := range c.Attempts() {
				if a.Number() > 1 {
					booked = append(booked, a.Wait(transport.Backoff))
				}
			}
			if !slices.Equal(booked, test.want) {
				t.Errorf("%s: the ledger says %v, want %v", name, booked, test.want)
			}
		})
	}
}

func TestBackoffFunctionsOfGoRetryablehttp(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	for name, test := range map[string]struct {
		policy retry.Policy
		step   step
		lo, hi []time.Duration
	}{
		"exponential":     {retry.Policy{Attempts: 4, Backoff: retryablehttp.DefaultBackoff}, status(500), []time.Duration{100 * ms, 200 * ms, 400 * ms}, []time.Duration{100 * ms, 200 * ms, 400 * ms}},
		"linear":          {retry.Policy{Attempts: 3, Delay: s, MaxDelay: 2 * s, Backoff: retryablehttp.LinearJitterBackoff}, status(500), []time.Duration{s, 2 * s}, []time.Duration{2 * s, 4 * s}},
		"linear, no band": {retry.Policy{Attempts: 3, Delay: s, MaxDelay: s, Backoff: retryablehttp.LinearJitterBackoff}, fails(errBoom), []time.Duration{s, 2 * s}, []time.Duration{s, 2 * s}},
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

// What cannot end before the deadline is not begun.
func TestDeadline(t *testing.T) {
	for name, test := range map[string]struct {
		left    time.Duration
		step    step
		sent    int
		stopped string
	}{
		"hint fits":                {10 * time.Second, status(429, "Retry-After", "4"), 3, "attempts used up: 3 of 3"},
		"second hint does not":     {6 * time.Second, status(429, "Retry-After", "4"), 2, "hint 4s is past the deadline in 2s"},
		"hint does not":            {3 * time.Second, status(429, "Retry-After", "4"), 1, "hint 4s is past the deadline in 3s"},
		"hint ends at it":          {4 * time.Second, status(429, "Retry-After", "4"), 1, "hint 4s is past the deadline in 4s"},
		"long hint":                {12 * time.Second, status(503, "Retry-After", "50"), 1, "hint 50s is past the deadline in 12s"},
		"hint above the most":      {time.Hour, status(503, "Retry-After", "300"), 1, "hint 5m0s is above 1m0s"},
		"backoff does not":         {100 * time.Millisecond, fails(errBoom), 1, "backoff 100ms is past the deadline in 100ms"},
		"backoff fits, then not":   {250 * time.Millisecond, fails(errBoom), 2, "backoff 200ms is past the deadline in 150ms"},
		"backoff after a response": {250 * time.Millisecond, status(500), 2, "backoff 200ms is past the deadline in 150ms"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), test.left)
			defer cancel()
			base := &script{steps: []step{test.step}}
			begin := time.Now()
			resp, c, err := do(t, retry.Policy{Jitter: retry.NoJitter, Rand: func() float64 { return 0 }}, base, request(t, ctx, http.MethodGet, nil))
			if len(base.sent) != test.sent || c.StopReason() != test.stopped {
				t.Errorf("%s: sent %d times, want %d; stopped %q, want %q", name, len(base.sent), test.sent, c.StopReason(), test.stopped)
			}
			if at := base.at[len(base.at)-1]; time.Since(at) != 0 {
				t.Errorf("%s: came back %v after the last attempt, %v after the begin", name, time.Since(at), time.Since(begin))
			}
			if test.step.err != nil && !errors.Is(err, test.step.err) || test.step.err == nil && resp.StatusCode != test.step.status {
				t.Errorf("%s: %v", name, err)
			}
			finish(resp)
		})
	}
}

// The timeout of http.Client is a deadline like any other.
func TestClientTimeoutIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, header: http.Header{"Retry-After": {"9"}}, body: "later"}}}
		client := &http.Client{Timeout: 5 * time.Second, Transport: retry.New(retry.Policy{}).Wrap(base)}
		begin := time.Now()
		resp, err := client.Get("http://api.test/")
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, resp); got != "later" || time.Since(begin) != 0 || len(base.sent) != 1 {
			t.Errorf("%q after %v, sent %d times", got, time.Since(begin), len(base.sent))
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
			begin := time.Now()
			time.AfterFunc(7*time.Second, cancel)
			resp, c, err := do(t, retry.Policy{Rand: half}, base, request(t, ctx, http.MethodGet, nil))
			if resp != nil || !errors.Is(err, test.is) || test.more != nil && !errors.Is(err, test.more) {
				t.Errorf("%s: %v", name, err)
			}
			if d := time.Since(begin); d != 7*time.Second || len(base.sent) != 1 || base.open != 0 {
				t.Errorf("%s: %v, sent %d times, %d bodies open", name, d, len(base.sent), base.open)
			}
			e, ok := errors.AsType[*retry.Error](err)
			if !ok || e.Attempts != 1 || e.Elapsed != 7*time.Second || e.Call != c || e.Timeout() {
				t.Errorf("%s: %+v", name, e)
			}
			last := c.Attempt()
			if last.Number() != 2 || last.Verdict() != verdict.Canceled || last.Sent() || last.Wait(transport.Backoff) != 7*time.Second {
				t.Errorf("%s: the ledger says\n%s", name, c)
			}
			if !strings.Contains(c.String(), "canceled during backoff") {
				t.Errorf("%s: no reason in\n%s", name, c)
			}
		})
	}
}

// An answer that came as the context ended is handed back, not thrown away.
func TestAnswerAsTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		base := &script{steps: []step{{status: 503, body: "later"}}}
		resp, c, err := do(t, retry.Policy{}, roundTrip(func(req *http.Request) (*http.Response, error) {
			defer cancel()
			return base.RoundTrip(req)
		}), request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 1 || read(t, resp) != "later" || c.StopReason() != "the context has ended" {
			t.Errorf("%v, sent %d times\n%s", err, len(base.sent), c)
		}
	})
}

// gate stands for a pause further in, which waits for what the server asks.
type gate struct{ waited int }

func (g *gate) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("gate", g, next, func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp.Header.Get("Retry-After") != "" && transport.AttemptOf(resp).TakeHint() {
			g.waited++
		}
		return resp, err
	})
}

func TestPauseFurtherInOwnsTheHint(t *testing.T) {
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
			resp, _, err := do(t, test.policy, new(gate).Wrap(base), request(t, t.Context(), http.MethodGet, nil))
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

// tape answers from a recording.
type tape struct{}

func (p tape) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("tape", p, next, func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.SetOffline()
		c.Attempt().SetReplayed()
		return next.RoundTrip(req)
	})
}

func TestOfflineDoesNotWaitAndIsNotPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503, "Retry-After", "30"), fails(errBoom), status(200)}}
		b := retry.NewBudget(retry.BudgetConfig{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		resp, _, err := do(t, retry.Policy{Budget: b}, tape{}.Wrap(base), request(t, ctx, http.MethodGet, nil))
		if err != nil || resp.StatusCode != 200 || len(base.sent) != 3 || time.Since(begin) != 0 {
			t.Errorf("%v, sent %d times in %v", err, len(base.sent), time.Since(begin))
		}
		finish(resp)
		if n := b.Remaining("api.test"); n != 10 {
			t.Errorf("%d retries left, want 10", n)
		}
	})
}

// holder is a layer that holds something for each attempt, as concurrency
// outside of retry would.
type holder struct {
	held   atomic.Bool
	seen   holds
	refuse error
}

type holds struct{ parked, resumed, ended int }

func (h *holder) BodyEnd(*transport.Attempt) {
	h.held.Store(false)
	h.seen.ended++
}

func (h *holder) Suspend(*transport.Attempt) {
	h.held.Store(false)
	h.seen.parked++
}

func (h *holder) Reacquire(context.Context, *transport.Attempt) error {
	h.held.Store(h.refuse == nil)
	h.seen.resumed++
	return h.refuse
}

func (h *holder) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("holder", h, next, func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := transport.AttemptFrom(req.Context())
		h.held.Store(true)
		a.Hold(h)
		resp, err := next.RoundTrip(req)
		if err != nil {
			a.Release(h)
			return nil, err
		}
		a.Own(resp, h)
		return resp, nil
	})
}

// What layers further out hold is held while an attempt runs and until the
// answer has been read, but not during a backoff.
func TestNothingIsHeldDuringBackoff(t *testing.T) {
	no := errors.New("no slot")
	for name, test := range map[string]struct {
		steps  []step
		cancel time.Duration
		refuse error
		want   holds
		is     error
	}{
		"answers":            {[]step{status(503), status(503), {status: 200, body: "x"}}, 0, nil, holds{parked: 2, resumed: 2, ended: 1}, nil},
		"errors":             {[]step{fails(errBoom)}, 0, nil, holds{parked: 2, resumed: 2, ended: 1}, errBoom},
		"canceled":           {[]step{fails(errBoom)}, 20 * time.Millisecond, nil, holds{parked: 1}, context.Canceled},
		"no slot afterwards": {[]step{status(503)}, 0, no, holds{parked: 1, resumed: 1}, no},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := &holder{refuse: test.refuse}
			base := &script{steps: test.steps}
			rt := h.Wrap(retry.New(retry.Policy{Rand: half}).Wrap(roundTrip(func(req *http.Request) (*http.Response, error) {
				if !h.held.Load() {
					t.Errorf("%s: an attempt without the hold", name)
				}
				return base.RoundTrip(req)
			})))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.cancel > 0 {
				time.AfterFunc(test.cancel, cancel)
			}
			time.AfterFunc(10*time.Millisecond, func() {
				if h.held.Load() {
					t.Errorf("%s: held during the backoff", name)
				}
			})
			resp, err := rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
			if !errors.Is(err, test.is) {
				t.Errorf("%s: %v, want %v", name, err, test.is)
			}
			if resp != nil {
				if !h.held.Load() {
					t.Errorf("%s: the hold ended before the body", name)
				}
				finish(resp)
			}
			if h.seen != test.want {
				t.Errorf("%s: %+v, want %+v", name, h.seen, test.want)
			}
		})
	}
}
