package retry_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
)

// If an SDK above sends a request again, that is left to it: of 3 x 3 attempts 5 are made.
func TestRetriesOfAnSDKAreRecognized(t *testing.T) {
	for name, c := range map[string]struct {
		header, value string
		sent          int
	}{
		"none":                {"", "", 3},
		"stainless, first":    {"X-Stainless-Retry-Count", "0", 3},
		"stainless, further":  {"X-Stainless-Retry-Count", "1", 1},
		"AWS, first":          {"Amz-Sdk-Request", "attempt=1; max=3", 3},
		"AWS, first, no max":  {"Amz-Sdk-Request", "attempt=1", 3},
		"AWS, further":        {"Amz-Sdk-Request", "attempt=2; max=3", 1},
		"AWS, tenth":          {"Amz-Sdk-Request", "attempt=10; max=12", 1},
		"GCS, first":          {"X-Goog-Api-Client", "gl-go/1.26 gccl/1.70.0 gccl-invocation-id/7c5 gccl-attempt-count/1", 3},
		"GCS, further":        {"X-Goog-Api-Client", "gl-go/1.26 gccl/1.70.0 gccl-invocation-id/7c5 gccl-attempt-count/2", 1},
		"GCS, another client": {"X-Goog-Api-Client", "gl-go/1.26 gccl/1.70.0", 3},
		"GCS, something else": {"X-Goog-Api-Client", "gccl-attempt-count/many", 3},
		"AWS, something else": {"Amz-Sdk-Request", "ttl=20260101T000000Z", 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503)}}
			req := request(t, t.Context(), http.MethodGet, nil)
			if c.header != "" {
				req.Header.Set(c.header, c.value)
			}
			resp, call, _ := do(t, retry.Policy{AttemptHeader: "X-Stainless-Retry-Count"}, base, req)
			finish(resp)
			if len(base.sent) != c.sent {
				t.Errorf("%s: sent %d times, want %d\n%s", name, len(base.sent), c.sent, call)
			}
			if c.sent == 1 && call.StopReason() != "an SDK resends the request itself: "+c.header {
				t.Errorf("%s: the ledger says\n%s", name, call)
			}
		})
	}
}

// A request that an SDK marks as the first attempt of a call repeats nothing, however recently an
// equal one has failed.
func TestAFirstAttemptOfAnSDKIsNoRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		rt := retry.New(retry.Policy{Budget: retry.NoBudget()}).Wrap(base)
		for _, attempt := range []struct {
			number string
			sent   int
		}{{"0", 3}, {"1", 1}, {"0", 3}} {
			n := get(t, t.Context(), rt, base, func(req *http.Request) { req.Header.Set("X-Stainless-Retry-Count", attempt.number) })
			if n != attempt.sent {
				t.Errorf("attempt %s was sent %d times, want %d", attempt.number, n, attempt.sent)
			}
		}
	})
}
