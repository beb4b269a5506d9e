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
		receiving("drops TLS", "response-head-intact", func(resp *http.Response) { resp.TLS = nil }),
		receiving("removes Retry-After of a 429, to wait itself", "response-head-intact", func(resp *http.Response) {
			if resp.StatusCode == http.StatusTooManyRequests {
				delete(resp.Header, "Retry-After")
			}
		}),
		receiving("removes the headers of the hop, as proxies do", "response-head-intact", func(resp *http.Response) {
			for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Trailer", "Transfer-Encoding"} {
				delete(resp.Header, name)
			}
		}),
		receiving("adds the time it took to errors", "response-head-intact", func(resp *http.Response) {
			if resp.Header != nil && resp.StatusCode == 502 {
				resp.Header.Set("X-Took", "1ms")
			}
		}),
		receiving("reads short bodies before it returns", "response-before-body", func(resp *http.Response) {
			if resp.ContentLength > 0 && resp.ContentLength < 64 {
				data, err := io.ReadAll(resp.Body)
				resp.Body = partly{io.MultiReader(strings.NewReader(string(data)), &together{err: eofForNil(err)}), resp.Body}
			}
		}),
		receiving("waits for the first byte of a 200, to guess its type", "response-before-body", func(resp *http.Response) {
			if resp.StatusCode == 200 {
				first := make([]byte, 1)
				n, err := resp.Body.Read(first)
				resp.Body = partly{io.MultiReader(strings.NewReader(string(first[:n])), onlyFailing(resp.Body, err)), resp.Body}
			}
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

// onlyFailing returns a reader that fails with err, or r if err is nil.
func onlyFailing(r io.Reader, err error) io.Reader {
	if err != nil {
		return &together{err: err}
	}
	return r
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
