package hint

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// The bodies have the forms that the services document.
func TestTheWaitInABody(t *testing.T) {
	const info = `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":`
	for body, want := range map[string]time.Duration{
		`{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure"},` + info + `"34.074824224s"}]}}`: 34074824224,
		`[{"error":{"details":[` + info + `"2s"}]}}]`:                         2 * time.Second, // of a stream
		`{"code":8,"message":"m","details":[` + info + `"0.5s"}]}`:            500 * time.Millisecond,
		`{"details":[` + info + `"2s"},` + info + `"3s"}]}`:                   3 * time.Second,
		`{"ok":false,"error_code":429,"parameters":{"retry_after":35}}`:       35 * time.Second, // Telegram
		`{"message":"m","retry_after":64.57,"global":false}`:                  64570 * time.Millisecond,
		`{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2000}`:                2 * time.Second, // Matrix
		`{"kind":"Status","details":{"retryAfterSeconds":1},"code":429}`:      time.Second,     // Kubernetes
		` {"retry_after_seconds":7}`:                                          7 * time.Second,
		`{"error":{"retry_after":1}}`:                                         time.Second,
		`{"retry_after_seconds":99999999999999999999}`:                        Max,
		`{"retry_after":1700000000}`:                                          0, // an instant
		`{"retry_after":-1}`:                                                  0,
		`{"retry_after":"35"}`:                                                0,
		`{"retry_after":0}`:                                                   0,
		`{"data":{"retry_after":35}}`:                                         0, // of somebody else
		`{"details":[{"@type":"x/google.rpc.Help","retryDelay":"3s"}]}`:       0,
		`{"details":[` + info + `"3m"}]}`:                                     0, // no Duration of protobuf
		`{"details":[` + info + `3}]}`:                                        0,
		`{"details":[` + info + `"-3s"}]}`:                                    0,
		`{"retry_after":35`:                                                   0,
		`retry_after: 35`:                                                     0,
		``:                                                                    0,
		`{"details":{"details":{"details":{"retry_after":1}}}}`:               time.Second,
		`[[[[[[[[[[{"retry_after":1}]]]]]]]]]]`:                               0, // too deep
		`{"errors":[{"retry_after":1},{"details":[{"retry_after_ms":1}]}]}`:   time.Second,
		`{"parameters":{"retry_after":2},"retry_after":1,"retry_after_ms":1}`: 2 * time.Second,
	} {
		if got, ok := InBody([]byte(body)); got != want || ok != (want > 0) {
			t.Errorf("%s: %v, %v, want %v", body, got, ok, want)
		}
	}
}

// A header takes precedence over the body, and only the context says what the body contains.
func TestTheHintOfABody(t *testing.T) {
	asked := context.WithValue(t.Context(), BodyKey{}, 7*time.Second)
	for name, tc := range map[string]struct {
		ctx    context.Context
		status int
		after  string
		want   Hint
	}{
		"a body":               {asked, 429, "", Hint{Wait: 7 * time.Second, Sure: true}},
		"a 403":                {asked, 403, "", Hint{Wait: 7 * time.Second}},
		"a header as well":     {asked, 429, "3", Hint{Wait: 3 * time.Second, Sure: true}},
		"a malformed header":   {asked, 429, "soon", Hint{Wait: 7 * time.Second, Sure: true}},
		"an accepted response": {asked, 200, "", Hint{}},
		"no body":              {t.Context(), 429, "", Hint{}},
	} {
		req, _ := http.NewRequestWithContext(tc.ctx, http.MethodGet, "http://a.test/", nil)
		resp := &http.Response{StatusCode: tc.status, Header: http.Header{}, Request: req}
		if tc.after != "" {
			resp.Header.Set("Retry-After", tc.after)
		}
		if got, ok := FromResponse(resp, time.Now()); got != tc.want || ok != (tc.want.Wait > 0) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, ok, tc.want)
		}
	}
	if _, ok := FromResponse(&http.Response{StatusCode: 429}, time.Now()); ok {
		t.Error("a response without a request has a hint")
	}
}

func FuzzInBody(f *testing.F) {
	for _, s := range []string{`{"retry_after":1.5}`, `{"details":[{"@type":"google.rpc.RetryInfo","retryDelay":"1e3s"}]}`, `[{"error":{"retry_after_ms":1e400}}]`, `{"error":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if d, ok := InBody(body); d < 0 || d > Max || ok != (d > 0) {
			t.Errorf("%q: %v, %v", body, d, ok)
		}
	})
}
