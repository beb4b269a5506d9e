package throttle

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// A layer further in that asks another host, as a fallback does: what that one
// asks for holds nobody back, and the wait is left to retry.
func TestTheAnswerOfAnotherHostPausesNothing(t *testing.T) {
	for host, want := range map[string]time.Duration{"api.test": 5 * time.Second, "other.test": 0} {
		synctest.Test(t, func(t *testing.T) {
			hop := &layer{"hop", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				r := req.Clone(req.Context())
				r.URL.Host = host
				return next.RoundTrip(r)
			}}
			s := &server{answer: func(req *http.Request) (*http.Response, error) { return reply(req, 429, "Retry-After", "5"), nil }}
			l := New()
			resp, err := l.Wrap(hop.Wrap(s)).RoundTrip(request(t.Context(), "/"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if d := l.Paused(request(t.Context(), "/")); d != want {
				t.Errorf("%s answered: paused %v, want %v", host, d, want)
			}
			if left := transport.AttemptOf(resp).TakeHint(); left != (want == 0) {
				t.Errorf("%s answered: the wait is left to retry: %v", host, left)
			}
		})
	}
}
