package roundtriptest

import (
	"io"
	"net/http"
	"time"
)

func discardMutants() []mutant {
	discarding := func(bug, must string, how func(*http.Response)) mutant {
		return mutant{bug, must, retries(func(r *retrier) { r.discard = how }), Retries, false}
	}
	return []mutant{
		discarding("does not close discarded bodies (failsafehttp: 9 sockets for 3 calls)", "discarded-response-closed", func(*http.Response) {}),
		discarding("drains discarded bodies to the end", "discarded-response-drain-bytes discarded-response-drain-time discarded-response-stalled", func(resp *http.Response) {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}),
		discarding("drains within bytes, not within time (retryablehttp)", "discarded-response-drain-time discarded-response-stalled", func(resp *http.Response) {
			_, _ = io.CopyN(io.Discard, resp.Body, 4096)
			_ = resp.Body.Close()
		}),
		discarding("looks at the clock between reads only", "discarded-response-stalled", func(resp *http.Response) {
			for start := time.Now(); time.Since(start) < time.Second; {
				if n, err := io.CopyN(io.Discard, resp.Body, 4096); n < 4096 || err != nil {
					break
				}
			}
			_ = resp.Body.Close()
		}),
		discarding("closes discarded bodies unread", "wire-connection-reused", func(resp *http.Response) { _ = resp.Body.Close() }),
		{"closes the body of the last attempt too (chroma-go #539)", "response-body-bytes status-is-not-an-error", decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.Body != nil && resp.StatusCode >= 400 {
				_ = resp.Body.Close()
			}
			return resp, err
		}), 0, false},
		simple("asks for Connection: close", "socket-connections-reused wire-connection-reused", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			c := copyOf(req.Context(), req)
			c.Close = true
			return next.RoundTrip(c)
		}),
	}
}
