package layer_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestRequestIsTheOneThatTheOutermostLayerGot(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, nil)
	req.Header.Set("User-Agent", "caller")
	resp, err := rttest.Agent("layer").Wrap(rttest.Echo()).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := rttest.Read(t, resp); got != "layer" {
		t.Errorf("the base got %q, want the edited request", got)
	}
	if got := layer.CallOf(resp).Request().UserAgent(); got != "caller" {
		t.Errorf("Request shows %q, want the request of the caller", got)
	}
}

func TestTheEndOfAnAttemptKnowsTheLargestNumber(t *testing.T) {
	for _, tt := range []struct{ attempts, want int }{{3, 3}, {0, 0}, {-1, 0}, {1 << 20, 1<<16 - 1}} {
		events := rttest.NewEvents(layer.AttemptEnd)
		claim := &rttest.Layer{Name: "claim", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			c.ClaimRetry(7)
			c.ReleaseRetry()
			if !c.ClaimRetry(tt.attempts) || c.ClaimRetry(9) {
				t.Error("the claim was not made once")
			}
			return next.RoundTrip(req)
		}}
		rt := events.Wrap(claim.Wrap(rttest.Respond(200, "")))
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, nil)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := events.Seen(); len(got) != 1 || got[0].Limit != tt.want {
			t.Errorf("%d attempts: the events are %v, want one with the limit %d", tt.attempts, got, tt.want)
		}
	}
}

func TestOneLayerAtATimeClaimsTheRetry(t *testing.T) {
	var got []bool
	claim := &rttest.Layer{Name: "claim", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		got = append(got, c.ClaimRetry(3), c.ClaimRetry(3))
		c.ReleaseRetry()
		got = append(got, c.ClaimRetry(3))
		return next.RoundTrip(req)
	}}
	rttest.Get(t.Context(), t, claim.Wrap(rttest.Respond(200, "")))
	if want := []bool{true, false, true}; !slices.Equal(got, want) {
		t.Errorf("ClaimRetry returns %v, want %v", got, want)
	}
}

func TestAKeyedCallIsNotAmbiguous(t *testing.T) {
	for _, keyed := range []bool{true, false} {
		ctx, trace := transport.WithTrace(t.Context())
		key := &rttest.Layer{Name: "key", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if keyed {
				c.SetIdempotent()
			}
			return next.RoundTrip(req)
		}}
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://api.test/", nil)
		if _, err := key.Wrap(rttest.Fail(rttest.ErrBoom)).RoundTrip(req); err == nil {
			t.Fatal("no error")
		}
		want := verdict.Ambiguous
		if keyed {
			want = verdict.Retryable
		}
		if v := trace.Calls()[0].Attempt().Verdict(); v != want {
			t.Errorf("with a key %v: verdict %v, want %v", keyed, v, want)
		}
	}
}

func TestAnUnsentAttemptIsRetryable(t *testing.T) {
	for _, unsent := range []bool{false, true} {
		var got verdict.Verdict
		rt := layer.Wrap("test", nil, rttest.Fail(errors.New("reset")), func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if unsent {
				layer.SetSends(c.Attempt(), -1)
			}
			got = c.Attempt().End(resp, err)
			return resp, err
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = rt.RoundTrip(req)
		if want := map[bool]verdict.Verdict{false: verdict.Ambiguous, true: verdict.Retryable}[unsent]; got != want {
			t.Errorf("unsent %v: %v, want %v", unsent, got, want)
		}
	}
}
