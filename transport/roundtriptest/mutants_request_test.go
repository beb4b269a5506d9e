package roundtriptest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// A mutant is a broken decorator, with its bug and the cases that must notice it.
type mutant struct {
	bug    string
	must   string // the names of the cases, separated by spaces
	wrap   func(http.RoundTripper) http.RoundTripper
	except Allowance // the allowances that it declares
	races  bool      // whether the bug is a data race, which would make the test fail under -race
}

// simple makes a mutant from a function that handles each request.
func simple(bug, must string, trip func(next http.RoundTripper, req *http.Request) (*http.Response, error)) mutant {
	return mutant{bug: bug, must: must, wrap: decorate(trip)}
}

// sending makes a mutant that spoils its own copy of the request.
func sending(bug, must string, spoil func(req *http.Request)) mutant {
	return simple(bug, must, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		c := copyOf(req.Context(), req)
		spoil(c)
		return next.RoundTrip(c)
	})
}

// sendingURL makes a mutant that spoils the URL of its own copy of the request.
func sendingURL(bug string, spoil func(u *url.URL)) mutant {
	return sending(bug, "request-url-kept", func(req *http.Request) {
		if req.URL != nil {
			u := *req.URL
			spoil(&u)
			req.URL = &u
		}
	})
}

// sendsAgain makes a mutant that sends a request again after some outcomes without declaring it.
func sendsAgain(bug string, after func(*http.Response, error) bool) mutant {
	return simple(bug, "request-sent-once", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if !after(resp, err) || req.Context().Err() != nil {
			return resp, err
		}
		body, ok := bodyAgain(req)
		if !ok {
			return resp, err
		}
		dispose(resp, err)
		c := copyOf(req.Context(), req)
		c.Body = body
		return next.RoundTrip(c)
	})
}

// A partly is a body with another reader.
type partly struct {
	io.Reader
	io.Closer
}

func requestMutants() []mutant {
	return []mutant{
		simple("sets a header on the caller's request", "request-untouched", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Header != nil {
				req.Header.Set("User-Agent", "mutant")
			}
			return next.RoundTrip(req)
		}),
		simple("sets a header and removes it afterwards", "request-untouched", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Header != nil {
				req.Header.Set("X-Mutant", "1")
				defer req.Header.Del("X-Mutant")
			}
			return next.RoundTrip(req)
		}),
		simple("wraps Body on the caller's request (rehttp, retryablehttp, failsafehttp, go-vcr)", "request-untouched", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Body != nil && req.Body != http.NoBody {
				req.Body = partly{req.Body, req.Body}
			}
			return next.RoundTrip(req)
		}),
		simple("copies the struct, then edits the shared URL", "request-untouched", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			c := req.WithContext(req.Context())
			if c.URL != nil {
				c.URL.RawQuery = "key=mutant"
			}
			return next.RoundTrip(c)
		}),
		simple("copies the struct, then adds to the shared Header", "request-untouched request-reusable", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			c := req.WithContext(req.Context())
			if c.Header != nil {
				c.Header.Add("X-Mutant", "1")
			}
			return next.RoundTrip(c)
		}),
		simple("sends Request.Clone, whose Trailer is a copy", "request-trailer-late wire-trailers", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.URL == nil {
				return next.RoundTrip(req)
			}
			return next.RoundTrip(req.Clone(req.Context()))
		}),
		simple("builds a new request of method, URL, headers and body", "request-arrives-whole", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.URL == nil || req.Header == nil {
				return next.RoundTrip(req)
			}
			c := (&http.Request{Method: req.Method, URL: req.URL, Header: req.Header, Body: req.Body, GetBody: req.GetBody, ContentLength: req.ContentLength}).WithContext(req.Context())
			return next.RoundTrip(c)
		}),
		sending("writes header names in canonical form", "request-arrives-whole", func(req *http.Request) {
			for name, values := range req.Header {
				delete(req.Header, name)
				req.Header[http.CanonicalHeaderKey(name)] = values
			}
		}),
		sending("asks for gzip itself and does not unpack it", "wire-gzip request-arrives-whole", func(req *http.Request) {
			req.Header.Set("Accept-Encoding", "gzip, br")
		}),
		sendingURL("drops the user information of the URL", func(u *url.URL) { u.User = nil }),
		sendingURL("drops the fragment, which no server sees", func(u *url.URL) { u.Fragment, u.RawFragment = "", "" }),
		sendingURL("writes the host in lower case", func(u *url.URL) { u.Host = strings.ToLower(u.Host) }),
		sendingURL("drops the default port", func(u *url.URL) { u.Host = strings.TrimSuffix(u.Host, ":80") }),
		sendingURL("cleans the path", func(u *url.URL) {
			if strings.Contains(u.Path, "..") {
				u.Path = path.Clean(u.Path)
			}
		}),
		sending("adds Expect: 100-continue to uploads above 64 KiB", "request-large-arrives-whole", func(req *http.Request) {
			if req.ContentLength > 64<<10 {
				req.Header.Set("Expect", "100-continue")
			}
		}),
		sending("sends uploads above 1 MiB in chunks", "request-large-arrives-whole", func(req *http.Request) {
			if req.ContentLength > 1<<20 {
				req.ContentLength = -1
			}
		}),
		sending("drops the channel that cancels the request", "request-arrives-whole", func(req *http.Request) {
			req.Cancel = nil //nolint:staticcheck // deprecated, and still obeyed by http.Transport
		}),
		sendsAgain("sends again once on io.EOF", func(_ *http.Response, err error) bool { return errors.Is(err, io.EOF) }),
		sendsAgain("sends again once on a 408", func(resp *http.Response, _ error) bool { return resp != nil && resp.StatusCode == 408 }),
		sendsAgain("sends again once on a 504 what has an idempotency key", func(resp *http.Response, _ error) bool {
			return resp != nil && resp.StatusCode == 504 && resp.Request != nil && resp.Request.Header.Get("Idempotency-Key") != ""
		}),
		sendsAgain("sends again once after a timeout of the dial", func(_ *http.Response, err error) bool {
			op := new(net.OpError)
			return errors.As(err, &op) && op.Op == "dial" && op.Timeout()
		}),
		sending("drops Expect, as proxies do", "wire-expect-continue", func(req *http.Request) { req.Header.Del("Expect") }),
		simple("sends everything twice, to a shadow service as well", "request-sent-once", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if body, ok := bodyAgain(req); ok && req.URL != nil {
				c := copyOf(req.Context(), req)
				c.Body = body
				dispose(next.RoundTrip(c))
			}
			return next.RoundTrip(req)
		}),
		simple("reads the host of a nil URL", "request-malformed", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			_ = req.URL.Host
			return next.RoundTrip(req)
		}),
		simple("rejects methods it does not know, the empty one too", "request-method-empty", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Method == "" || !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE"}, req.Method) {
				closeBody(req)
				return nil, errors.New("mutant: method")
			}
			return next.RoundTrip(req)
		}),
	}
}
