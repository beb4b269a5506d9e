package gracy_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// A layer between may replace a response that has a hint. The backoff of retry is then that of one request, and the others
// wait as long as the server said.
func TestTheBackoffAfterAReplacedHintHoldsBackNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		inner := throttle.New().Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			sent++
			if sent > 1 {
				return rttest.Respond(http.StatusOK, "").RoundTrip(req)
			}
			resp, err := rttest.Respond(http.StatusTooManyRequests, "").RoundTrip(req)
			resp.Header.Set("Retry-After", "1")
			return resp, err
		}))
		between := &rttest.Layer{Name: "between", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp.StatusCode == http.StatusTooManyRequests {
				resp.Header.Del("Retry-After")
				resp.StatusCode = http.StatusServiceUnavailable
			}
			return resp, err
		}}
		send := func(rt http.RoundTripper) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			send(retry.New(retry.Policy{Delay: time.Hour, MaxDelay: time.Hour}).Wrap(between.Wrap(inner)))
		}()
		synctest.Wait()
		from := time.Now()
		send(inner)
		if waited := time.Since(from); waited < time.Second || waited > 3*time.Second {
			t.Errorf("another request waited %s, want the second of the server", waited)
		}
		<-done
	})
}
