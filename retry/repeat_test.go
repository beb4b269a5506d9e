package retry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// traced makes a call and returns its ledger.
func traced(t *testing.T, ctx context.Context, rt http.RoundTripper, edit func(*http.Request)) (*transport.Call, *http.Response, error) {
	t.Helper()
	ctx, trace := transport.WithTrace(ctx)
	req := request(t, ctx, http.MethodGet, nil)
	if edit != nil {
		edit(req)
	}
	resp, err := rt.RoundTrip(req)
	finish(resp)
	return trace.Calls()[0], resp, err
}

// The ledger says why a repeat is sent once, and how long before it the equal request failed.
func TestTheLedgerOfARepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(&script{steps: []step{status(503)}})
		first, _, _ := traced(t, t.Context(), rt, nil)
		time.Sleep(1500 * time.Millisecond)
		second, _, _ := traced(t, t.Context(), rt, nil)
		if first.Count() != 3 || second.Count() != 1 {
			t.Errorf("sent %d and %d times", first.Count(), second.Count())
		}
		if got, want := second.StopReason(), "a repeat is sent once (Policy.Repeats): an equal request failed 1.5s earlier"; got != want {
			t.Errorf("the ledger says %q", got)
		}
		if text := second.String(); strings.Contains(text, "hunter2") {
			t.Errorf("a secret in the ledger:\n%s", text)
		}
	})
}

// A rejected repeat is not sent. Its error says how the call failed, and when an equal request will
// be sent again.
func TestARejectedRepeat(t *testing.T) {
	for _, c := range []struct {
		fails   step
		text    string
		timeout bool
	}{
		{status(503), "retry: repeat not sent: an equal request failed 2s ago: status 503", false},
		{fails(io.ErrUnexpectedEOF), "retry: repeat not sent: an equal request failed 2s ago: unexpected EOF", false},
		{fails(timeoutError{}), "retry: repeat not sent: an equal request failed 2s ago: too slow", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{c.fails}}
			rt := retry.New(retry.Policy{Delay: retry.NoDelay, Repeats: retry.RejectRepeats}).Wrap(base)
			_, _, first := traced(t, t.Context(), rt, nil)
			time.Sleep(2 * time.Second)
			call, _, err := traced(t, t.Context(), rt, nil)
			e, ok := errors.AsType[*retry.RepeatError](err)
			if !ok || !errors.Is(err, retry.ErrRepeat) || !errors.Is(err, verdict.ErrRejected) || errors.Is(err, retry.ErrExhausted) {
				t.Fatalf("%v is no rejection of a repeat", err)
			}
			if e.Status != c.fails.status || !errors.Is(err, c.fails.err) && c.fails.err != nil || e.Since != 2*time.Second || e.Left != 88*time.Second || e.Timeout() != c.timeout {
				t.Errorf("%+v", e)
			}
			if len(base.sent) != 3 || err.Error() != c.text+"; rejected for another 1m28s (Policy.Repeats)" {
				t.Errorf("sent %d times: %v (after %v)\n%s", len(base.sent), err, first, call)
			}
			time.Sleep(88*time.Second + 1)
			if call, _, _ := traced(t, t.Context(), rt, nil); call.Count() != 3 {
				t.Errorf("sent %d times after that", call.Count())
			}
		})
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "too slow" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// The body of a rejected request is closed. Bodies are not compared, so a repeat with a body is
// sent once, unless a key or the mark of an SDK says that it is the same.
func TestOnlyWhatIsCertainlyARepeatIsRejected(t *testing.T) {
	for name, c := range map[string]struct {
		edit     func(*http.Request)
		rejected bool
	}{
		"no body":         {nil, true},
		"no body, POST":   {func(r *http.Request) { r.Method = http.MethodPost }, true},
		"a body":          {func(*http.Request) {}, false},
		"a key":           {func(r *http.Request) { r.Header.Set("Idempotency-Key", "7") }, true},
		"a key, older":    {func(r *http.Request) { r.Header.Set("X-Idempotency-Key", "7") }, true},
		"a marked repeat": {func(r *http.Request) { r.Header.Set("Amz-Sdk-Request", "attempt=2; max=3") }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(429)}}
			rt := retry.New(retry.Policy{Delay: retry.NoDelay, Repeats: retry.RejectRepeats, Budget: retry.NoBudget()}).Wrap(base)
			var last *rttest.CountingBody
			edit := func(req *http.Request) {
				if c.edit != nil {
					c.edit(req)
				}
				if name == "no body" || name == "no body, POST" {
					return
				}
				last = &rttest.CountingBody{Reader: strings.NewReader("data")}
				req.Body, req.ContentLength = last, 4
				if req.Method == http.MethodGet {
					req.Method = http.MethodPut
				}
			}
			_, _, _ = traced(t, t.Context(), rt, edit)
			before := len(base.sent)
			_, _, err := traced(t, t.Context(), rt, edit)
			if errors.Is(err, retry.ErrRepeat) != c.rejected || len(base.sent)-before != map[bool]int{true: 0, false: 1}[c.rejected] {
				t.Errorf("%s: sent %d times, %v", name, len(base.sent)-before, err)
			}
			if last != nil && last.Closed != 1 {
				t.Errorf("%s: the body was closed %d times", name, last.Closed)
			}
		})
	}
}

// A call that was in flight when an equal one failed repeats nothing. That matters for concurrent
// equal calls and for hedges.
func TestWhatWasInFlightIsNoRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, takes: time.Second}}}
		rt := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}).Wrap(base)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var wg sync.WaitGroup
		for i := range 20 { // the first fails after 3 s, when all others are in flight
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				call, _, _ := traced(t, ctx, rt, nil)
				if call.Count() != 3 {
					t.Errorf("caller %d: %d attempts: %s", i, call.Count(), call.StopReason())
				}
			})
		}
		wg.Wait()
		if call, _, _ := traced(t, ctx, rt, nil); call.Count() != 1 {
			t.Errorf("%d attempts after them: %s", call.Count(), call.StopReason())
		}
	})
}

// Of two equal calls at once one fails and the other recovers: what comes after both repeats none.
func TestASuccessAfterARetryEndsTheFailureOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503), status(503), status(503), {status: 200, takes: time.Second}, status(503), status(200)}}
		rt := retry.New(retry.Policy{Attempts: 2, Delay: time.Second, Jitter: retry.NoJitter}).Wrap(base)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _, _, _ = traced(t, t.Context(), rt, nil) })
		}
		wg.Wait()
		if call, resp, err := traced(t, t.Context(), rt, nil); err != nil || resp.StatusCode != 200 || call.Count() != 2 {
			t.Errorf("%d attempts, %v, %v: %s", call.Count(), resp, err, call.StopReason())
		}
	})
}

// If a repeat began before the latest of several equal calls failed, the time between is 0, not
// negative.
func TestTheTimeBeforeARepeatIsNotNegative(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			d, _ := time.ParseDuration(req.Header.Get("X-Request-Id"))
			time.Sleep(d)
			return rttest.Response(req, 503, ""), nil
		}))
		takes := func(d string) func(*http.Request) {
			return func(req *http.Request) { req.Header.Set("X-Request-Id", d) }
		}
		_, _, _ = traced(t, t.Context(), rt, takes("0s"))
		time.Sleep(time.Second)
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(time.Second)
			_, _, _ = traced(t, t.Context(), rt, takes("0s"))
		})
		call, _, _ := traced(t, t.Context(), rt, takes("5s"))
		wg.Wait()
		if got := call.StopReason(); !strings.HasSuffix(got, " failed 0s earlier") {
			t.Errorf("the ledger says %q", got)
		}
	})
}

// The policy of a context says what happens to repeats that are made with it. The layer remembers
// failures for all of them.
func TestAnOverrideOfRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		rt := retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}).Wrap(base)
		with := func(r retry.Repeats) context.Context {
			return transport.With(t.Context(), retry.Policy{Delay: retry.NoDelay, Repeats: r})
		}
		off := transport.With(t.Context(), retry.Off)
		for i, c := range []struct {
			ctx  context.Context
			sent int
		}{
			{off, 1},                       // is not remembered
			{with(retry.IgnoreRepeats), 3}, // nor is this
			{t.Context(), 3},
			{with(retry.IgnoreRepeats), 3},
			{t.Context(), 1},
			{with(retry.RejectRepeats), 0},
			{off, 1},
			{t.Context(), 1},
		} {
			if n := get(t, c.ctx, rt, base, nil); n != c.sent {
				t.Errorf("call %d was sent %d times, want %d", i, n, c.sent)
			}
		}
	})
}

// A failure is remembered if another attempt might have changed it and it was returned to a caller
// that still waits.
func TestWhatIsRemembered(t *testing.T) {
	for name, c := range map[string]struct {
		step   step
		within time.Duration // the time of the caller
		gone   bool          // the caller has given up
		p      retry.Policy
		want   bool
	}{
		"503":                       {step: status(503), want: true},
		"429":                       {step: status(429), want: true},
		"lost":                      {step: fails(io.ErrUnexpectedEOF), want: true},
		"200":                       {step: status(200)},
		"404":                       {step: status(404)},
		"a final error":             {step: fails(verdict.ErrRejected)},
		"404 that the policy wants": {step: status(404), p: retry.Policy{Statuses: []int{404}}, want: true},
		"503 that it does not want": {step: status(503), p: retry.Policy{Statuses: []int{404}}},
		"the time is over":          {step: step{status: 200, takes: time.Minute}, within: time.Second, want: true},
		"the caller has given up":   {step: step{status: 200, takes: time.Minute}, within: time.Second, gone: true},
		"ignored":                   {step: status(503), p: retry.Policy{Repeats: retry.IgnoreRepeats}},
	} {
		synctest.Test(t, func(t *testing.T) {
			c.p.Delay = retry.NoDelay
			r := retry.New(c.p)
			ctx, cancel := context.WithCancel(t.Context())
			if c.within > 0 && !c.gone {
				ctx, cancel = context.WithTimeout(t.Context(), c.within)
			} else if c.gone {
				time.AfterFunc(c.within, cancel)
			}
			defer cancel()
			get(t, ctx, r.Wrap(&script{steps: []step{c.step}}), &script{}, nil)
			if got := r.Takes(request(t, t.Context(), http.MethodGet, nil)); got != c.want {
				t.Errorf("%s: remembered %v", name, got)
			}
		})
	}
}
