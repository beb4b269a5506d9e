package retry_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

func TestAnOverrideReplacesTheAttempts(t *testing.T) {
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

// A policy replaces the whole policy, never a part of it. The budget of the layer stays unless the
// override has one.
func TestAnOverrideReplacesTheWholePolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := retry.New(retry.Policy{Attempts: 9, Statuses: []int{404}, Delay: time.Hour})
		base := &script{steps: []step{status(404)}}
		rt := r.Wrap(base)
		ctx := transport.With(t.Context(), retry.Policy{Delay: retry.NoDelay, Repeats: retry.IgnoreRepeats})
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
		ctx = transport.With(ctx, retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget(), Repeats: retry.IgnoreRepeats})
		resp, _ = rt.RoundTrip(request(t, ctx, http.MethodGet, nil))
		finish(resp)
		if got := len(base.sent) - sent; got != 3 {
			t.Errorf("with a budget of its own: sent %d times", got)
		}
	})
}

// An override of a call does not reach the calls that are made inside of it.
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
		resp, err := rttest.Pass("through").Wrap(retry.New(retry.Policy{}).Wrap(auth.Wrap(base))).RoundTrip(request(t, ctx, http.MethodGet, nil))
		if err != nil || len(base.sent) != 1 || len(inner.sent) != 3 {
			t.Errorf("%v, sent %d and %d times", err, len(base.sent), len(inner.sent))
		}
		finish(resp)
	})
}

var _ = []transport.Override{retry.Policy{}, retry.Off}
