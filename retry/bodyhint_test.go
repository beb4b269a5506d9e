package retry_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/retry"
)

// What the body of a 429 asks for is a minimum like a Retry-After, and a hint above MaxHint ends the call.
func TestAWaitInTheBodyIsAHint(t *testing.T) {
	const exhausted = `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[` +
		`{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}`
	for name, tc := range map[string]struct {
		first step
		want  time.Duration // between two attempts, 0 if there is only one
	}{
		"in the body":        {step{status: 429, body: exhausted}, 34500 * time.Millisecond},
		"of Telegram":        {step{status: 429, body: `{"ok":false,"error_code":429,"parameters":{"retry_after":9}}`}, 9 * time.Second},
		"a header beside it": {step{status: 429, header: http.Header{"Retry-After": {"3"}}, body: exhausted}, 3 * time.Second},
		"a 403":              {step{status: 403, body: exhausted}, 34500 * time.Millisecond},
		"above MaxHint":      {step{status: 429, body: strings.Replace(exhausted, "34.5s", "91s", 1)}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{tc.first, {status: 200}}}
			resp, call, err := do(t, retry.Policy{Rand: func() float64 { return 0 }}, base, request(t, t.Context(), http.MethodGet, nil))
			if err != nil {
				t.Fatal(err)
			}
			body := make([]byte, len(tc.first.body))
			if _, _ = resp.Body.Read(body); tc.want == 0 && string(body) != tc.first.body {
				t.Errorf("%s: the caller reads %q", name, body)
			}
			finish(resp)
			var want []time.Duration
			if tc.want > 0 {
				want = []time.Duration{tc.want}
			}
			if got := base.waits(); !slices.Equal(got, want) {
				t.Errorf("%s: waits %v, want %v\n%s", name, got, want, call)
			}
			if tc.want == 0 && !strings.Contains(call.StopReason(), "hint 1m31s is above MaxHint 1m30s") {
				t.Errorf("%s: stopped since %q", name, call.StopReason())
			}
		})
	}
}
