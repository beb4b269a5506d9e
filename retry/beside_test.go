package retry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// hedging is a third-party round tripper. If the first request takes too long it sends a second
// one, returns whatever comes first, and cancels the other.
func hedging(after time.Duration, lost chan<- error) transport.Func {
	type result struct {
		resp *http.Response
		err  error
		i    int
	}
	return func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			results := make(chan result, 2)
			var cancels [2]context.CancelFunc
			for i := range cancels {
				ctx, cancel := context.WithCancel(req.Context())
				cancels[i] = cancel
				go func() {
					time.Sleep(time.Duration(i) * after)
					resp, err := next.RoundTrip(req.WithContext(ctx))
					results <- result{resp, err, i}
				}()
			}
			won := <-results
			cancels[1-won.i]()
			go func() {
				loser := <-results
				finish(loser.resp)
				cancels[won.i]()
				lost <- loser.err
			}()
			return won.resp, won.err
		})
	}
}

// A hedge around retry: the first request is at its second attempt when the response to the other
// ends the call. The row that is then current is not its own.
func TestTheLoserOfAHedgeAroundRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503), {status: 200, takes: time.Hour}, {status: 200, takes: time.Second}}}
		lost := make(chan error, 1)
		rt := rttest.Stack(base, rttest.Pass("outer"), hedging(time.Second, lost), retry.New(retry.Policy{}))
		resp, err := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if err != nil {
			t.Fatal(err)
		}
		finish(resp)
		if err := <-lost; !errors.Is(err, context.Canceled) {
			t.Errorf("the loser returned %v, want that it was canceled", err)
		}
		c := transport.CallOf(resp)
		if len(base.sent) != 3 || c.Count() != 3 || resp.StatusCode != http.StatusOK {
			t.Errorf("sent %d times, status %d\n%s", len(base.sent), resp.StatusCode, c)
		}
		for a := range c.Attempts() {
			if !a.Ended() {
				t.Errorf("row %d is open\n%s", a.Number(), c)
			}
		}
	})
}

// A hedge of ours around retry whose second request fails: that request is not sent again, while
// the first one makes its own attempts.
func TestARequestBesideAnotherAttemptIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, takes: 3 * time.Second}, status(503), {status: 200, takes: time.Second}}}
		lost := make(chan error, 1)
		hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			first, second := c.Attempt(), c.NextAttempt(layer.Hedge)
			go func() {
				time.Sleep(time.Second)
				resp, err := next.RoundTrip(req.WithContext(second.Context(req.Context())))
				second.End(resp, err)
				finish(resp)
				lost <- err
			}()
			return next.RoundTrip(req.WithContext(first.Context(req.Context())))
		}}
		events := rttest.NewEvents(layer.RetryScheduled)
		resp, err := rttest.Stack(base, events, hedge, retry.New(retry.Policy{}), rttest.Pass("inner")).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		if err != nil {
			t.Fatal(err)
		}
		finish(resp)
		if err := <-lost; err != nil {
			t.Error(err)
		}
		c := transport.CallOf(resp)
		if len(base.sent) != 3 || c.Count() != 3 || resp.StatusCode != http.StatusOK || len(events.Seen()) != 1 {
			t.Errorf("sent %d times, status %d, %d retries\n%s", len(base.sent), resp.StatusCode, len(events.Seen()), c)
		}
		for a := range c.Attempts() {
			if !a.Ended() || !a.Sent() {
				t.Errorf("row %d: closed %v, sent %v\n%s", a.Number(), a.Ended(), a.Sent(), c)
			}
		}
		if !strings.Contains(c.String(), "not retried: it runs beside another attempt") {
			t.Errorf("the ledger says\n%s", c)
		}
	})
}

// A request that an SDK's transport around retry sends again is a separate call for retry: its
// response is judged again.
func TestASuccessBehindARetryOfOthersIsReturned(t *testing.T) {
	for name, repeats := range map[string]retry.Repeats{"yielding": retry.YieldToRepeats, "ignoring": retry.IgnoreRepeats} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503), status(503), status(503), status(200)}}
			others := transport.Func(func(next http.RoundTripper) http.RoundTripper {
				return rttest.Func(func(req *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(req)
					if err != nil || resp.StatusCode < http.StatusInternalServerError {
						return resp, err
					}
					finish(resp)
					return next.RoundTrip(req)
				})
			})
			resp, err := rttest.Stack(base, rttest.Pass("outer"), others, retry.New(retry.Policy{Repeats: repeats})).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
			if err != nil {
				t.Fatal(err)
			}
			finish(resp)
			if c := transport.CallOf(resp); resp.StatusCode != http.StatusOK || len(base.sent) != 4 || c.Count() != 4 {
				t.Errorf("%s: status %d, sent %d times, want 4\n%s", name, resp.StatusCode, len(base.sent), c)
			}
		})
	}
}

// An inner layer has ended the row of a response, and a layer in between returns an error instead.
// The error is returned, and the call is not a success.
func TestAnErrorAfterARowHasEndedWell(t *testing.T) {
	ends := &rttest.Layer{Name: "ends", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(resp, err)
		return resp, err
	}}
	spoils := &rttest.Layer{Name: "spoils", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp.StatusCode == http.StatusOK {
			finish(resp)
			return nil, rttest.ErrBoom
		}
		return resp, err
	}}
	for name, steps := range map[string][]step{"the first": {status(200)}, "a further one": {status(503), status(200)}} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: steps}
			resp, err := rttest.Stack(base, retry.New(retry.Policy{}), spoils, ends).RoundTrip(request(t, t.Context(), http.MethodGet, nil))
			finish(resp)
			if _, wrapped := errors.AsType[*retry.Error](err); !errors.Is(err, rttest.ErrBoom) || wrapped != (len(steps) > 1) || len(base.sent) != len(steps) {
				t.Errorf("%s: %v after %d attempts", name, err, len(base.sent))
			}
		})
	}
}
