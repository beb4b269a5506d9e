package roundtriptest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// receiving makes a mutant that spoils the response.
func receiving(bug, must string, spoil func(resp *http.Response)) mutant {
	return simple(bug, must, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp != nil && resp.Body != nil && resp.Body != http.NoBody {
			spoil(resp)
		}
		return resp, err
	})
}

func responseMutants() []mutant {
	return []mutant{
		simple("turns a 5xx into an error (retryablehttp, failsafehttp)", "status-is-not-an-error", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode >= 500 {
				dispose(resp, nil)
				return nil, fmt.Errorf("mutant: status %d", resp.StatusCode)
			}
			return resp, err
		}),
		simple("returns the response with an error", "response-xor-error", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == 503 {
				return resp, errors.New("mutant: unavailable")
			}
			return resp, err
		}),
		simple("invents a 502 for an error", "error-no-partial-response socket-refused", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil && req.Context().Err() == nil {
				return newResponse(req, 502, ""), nil
			}
			return resp, err
		}),
		receiving("removes Set-Cookie, to be cacheable", "client-cookies response-head-intact", func(resp *http.Response) { delete(resp.Header, "Set-Cookie") }),
		receiving("sets HTTP/1.1 whatever the protocol was", "socket-http2 response-head-intact", func(resp *http.Response) {
			resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/1.1", 1, 1
		}),
		receiving("takes out the Request, to save memory", "response-request-set", func(resp *http.Response) { resp.Request = nil }),
		receiving("reads the whole body before returning", "response-unread wire-streams", func(resp *http.Response) {
			data, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(data)), &together{err: eofForNil(err)}))
		}),
		simple("wants as many bytes as Content-Length says, also of HEAD and 304", "response-body-never-nil wire-head", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.Body != nil && resp.ContentLength > 0 {
				resp.Body = &exact{resp.Body, resp.ContentLength}
			}
			return resp, err
		}),
	}
}

// An exact is a body that fails unless it has as many bytes as Content-Length says.
type exact struct {
	io.ReadCloser
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.ReadCloser.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
