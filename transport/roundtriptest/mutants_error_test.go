package roundtriptest

import (
	"fmt"
	"net/http"
)

// failing makes a mutant that changes the error.
func failing(bug, must string, change func(*http.Request, error) error) mutant {
	return simple(bug, must, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, change(req, err)
		}
		return resp, nil
	})
}

func errorMutants() []mutant {
	return []mutant{
		failing("makes a new error of the error's text", "error-kept socket-refused", func(_ *http.Request, err error) error { return fmt.Errorf("mutant: %v", err) }), //nolint:errorlint // the bug
		failing("wraps with %w, which hides Timeout", "error-timeout-kept", func(_ *http.Request, err error) error {
			return fmt.Errorf("mutant: %w", err)
		}),
		failing("calls every error a timeout", "error-timeout-kept", func(_ *http.Request, err error) error { return timeoutError{err} }),
		failing("puts the URL into the error (retryablehttp #41)", "error-without-secrets", func(req *http.Request, err error) error {
			return &quoting{err, fmt.Sprint(req.URL)}
		}),
		simple("closes a nil response body", "sloppy-nil-body", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == 503 {
				resp.Body = partly{resp.Body, resp.Body}
			}
			return resp, err
		}),
		simple("writes into a nil response header", "sloppy-nil-header", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil {
				resp.Header["X-Mutant"] = nil
				delete(resp.Header, "X-Mutant")
			}
			return resp, err
		}),
		simple("logs the URL of the response's Request", "sloppy-nil-request", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil {
				_ = resp.Request.URL
			}
			return resp, err
		}),
		simple("trusts that no error means a response", "sloppy-nothing", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil {
				_ = resp.StatusCode
			}
			return resp, err
		}),
		simple("returns the response and drops the error that came with it", "sloppy-both", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if resp != nil {
				return resp, nil
			}
			return resp, err
		}),
		simple("counts by class of status, in an array of six", "sloppy-status", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil {
				var classes [6]int
				classes[resp.StatusCode/100]++
			}
			return resp, err
		}),
	}
}

type timeoutError struct{ error }

func (timeoutError) Timeout() bool { return true }

func (e timeoutError) Unwrap() error { return e.error }

type quoting struct {
	error
	url string
}

func (q *quoting) Error() string { return q.url + ": " + q.error.Error() }

func (q *quoting) Unwrap() error { return q.error }

func (q *quoting) Timeout() bool { return timeout(q.error) }
