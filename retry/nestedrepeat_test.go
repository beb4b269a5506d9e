package retry_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
)

// A client with a retry layer of its own, inside a layer that makes attempts, behaves as inside an
// SDK: 3 + 2 attempts, not 9. That holds even if both use the same handle.
func TestANestedClientDoesNotMultiply(t *testing.T) {
	for _, shared := range []bool{true, false} {
		for repeats, want := range map[retry.Repeats]int{retry.YieldToRepeats: 5, retry.RejectRepeats: 3, retry.IgnoreRepeats: 9} {
			synctest.Test(t, func(t *testing.T) {
				base := &script{steps: []step{status(503)}}
				p := retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget(), Repeats: repeats}
				inner := retry.New(p)
				outer := inner
				if !shared {
					outer = retry.New(p)
				}
				client := &http.Client{Transport: inner.Wrap(base)}
				rt := outer.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
					again := request(t, context.WithoutCancel(req.Context()), req.Method, nil)
					return client.Do(again)
				}))
				resp, _ := rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
				finish(resp)
				if len(base.sent) != want {
					t.Errorf("shared %v, %v: sent %d times, want %d", shared, repeats, len(base.sent), want)
				}
			})
		}
	}
}

// The same holds for a third-party layer that sends again within the call.
func TestALayerAboveIsRecognized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		above := layer.Wrap("loop", nil, retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base), func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			for range 9 {
				resp, _ := next.RoundTrip(req)
				finish(resp)
			}
			return next.RoundTrip(req)
		})
		get(t, t.Context(), above, base, nil)
		if len(base.sent) != 12 {
			t.Errorf("sent %d times, want 10 + 2", len(base.sent))
		}
	})
}
