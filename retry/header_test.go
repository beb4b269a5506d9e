package retry_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
)

func TestFurtherAttemptsCarryTheirNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		req := request(t, t.Context(), http.MethodGet, nil)
		resp, _, _ := do(t, retry.Policy{AttemptHeader: "X-Attempt"}, base, req)
		finish(resp)
		for i, want := range []string{"", "2", "3"} {
			if got := base.sent[i].Header.Get("X-Attempt"); got != want {
				t.Errorf("attempt %d says %q, want %q", i+1, got, want)
			}
		}
		if len(req.Header) != 0 {
			t.Errorf("the caller's request became %v", req.Header)
		}
		base.sent = nil
		resp, _, _ = do(t, retry.Policy{}, base, req)
		finish(resp)
		if base.sent[2].Header.Get("X-Attempt") != "" {
			t.Error("the header is set without AttemptHeader")
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("a header name with a space passed")
		}
	}()
	retry.New(retry.Policy{AttemptHeader: "X Attempt"})
}

// Every attempt carries the caller's headers, and the caller's request does not change.
func TestEveryAttemptCarriesTheHeadersOfTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{status(503)}}
		req := request(t, t.Context(), http.MethodPut, strings.NewReader("x"))
		req.Header["Traceparent"] = []string{"00-1"}
		req.Host, req.Close, req.TransferEncoding = "other.test", true, []string{"chunked"}
		body := req.Body
		resp, _, _ := do(t, retry.Policy{AttemptHeader: "X-Attempt", PrepareRetry: func(r *http.Request) error {
			r.Header.Set("X-Signed", "yes")
			return nil
		}}, base, req)
		finish(resp)
		for i, r := range base.sent {
			if r.Header.Get("Traceparent") != "00-1" || r.Host != "other.test" || !r.Close || len(r.TransferEncoding) != 1 {
				t.Errorf("attempt %d: %v %q %v %v", i+1, r.Header, r.Host, r.Close, r.TransferEncoding)
			}
		}
		if len(base.sent) != 3 || len(req.Header) != 1 || req.Body != body {
			t.Errorf("sent %d times; the caller's request became %v", len(base.sent), req.Header)
		}
	})
}
