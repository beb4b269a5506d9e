package layer_test

import (
	"net/http"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// foreignRetry sends up to n times, after an error or a 503, and knows nothing
// of attempts.
func foreignRetry(n int) transport.Func {
	return func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			for i := 1; ; i++ {
				resp, err := next.RoundTrip(req)
				if i == n || err == nil && resp.StatusCode != http.StatusServiceUnavailable {
					return resp, err
				}
				if resp != nil {
					_ = resp.Body.Close()
				}
			}
		})
	}
}
