package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy"
)

// The control of the comparison: each of these decorators breaks one thing, and the scenarios in
// its list must notice.
func TestTheComparisonNoticesADecoratorThatBreaksOneThing(t *testing.T) {
	mutants := []struct {
		name  string
		layer func(next http.RoundTripper, req *http.Request) (*http.Response, error)
		by    []string // the scenarios that must differ
	}{{
		name: "a header that the caller did not set", by: []string{"GET", "HTTP/2 GET"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			req.Header.Set("X-Attempt", "1")
			return next.RoundTrip(req)
		},
	}, {
		name: "a status as an error", by: []string{"statuses are not errors"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp.StatusCode >= 500 {
				resp.Body.Close()
				return nil, fmt.Errorf("status %d", resp.StatusCode)
			}
			return resp, err
		},
	}, {
		name: "the response read ahead", by: []string{"a response that comes in parts", "canceled in the body"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithTimeout(req.Context(), 50e6) // or it would wait forever
			defer cancel()
			resp, err := next.RoundTrip(req.WithContext(ctx))
			if err != nil {
				return nil, err
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil {
				return nil, err
			}
			resp.Body = io.NopCloser(bytes.NewReader(b))
			return resp, nil
		},
	}, {
		name: "a response with nothing but Read and Close", by: []string{"101"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil {
				resp.Body = struct{ io.ReadCloser }{resp.Body}
			}
			return resp, err
		},
	}, {
		name: "the body read ahead, and its length filled in", by: []string{"a body of unknown length", "trailers both ways"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Body == nil || req.Body == http.NoBody {
				return next.RoundTrip(req)
			}
			b, err := io.ReadAll(req.Body)
			req.Body.Close()
			if err != nil {
				return nil, err
			}
			req = req.Clone(req.Context())
			req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
			return next.RoundTrip(req)
		},
	}, {
		name: "errors flattened", by: []string{"a deadline before the headers", "canceled before the headers"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				err = fmt.Errorf("%v", err) //nolint:errorlint // the bug
			}
			return resp, err
		},
	}, {
		name: "a context without end", by: []string{"canceled before the headers", "HTTP/2 canceled before the headers"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), 100e6)
			resp, err := next.RoundTrip(req.WithContext(ctx))
			cancel()
			return resp, err
		},
	}, {
		name: "every POST twice", by: []string{"a body of known length", "a reset before the response to a POST"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if req.Method != http.MethodPost || req.GetBody == nil {
				return resp, err
			}
			if err == nil {
				resp.Body.Close()
			}
			again := req.Clone(req.Context())
			if again.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
			return next.RoundTrip(again)
		},
	}, {
		name: "redirects followed by the decorator", by: []string{"CheckRedirect", "cookies"},
		layer: func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			c := http.Client{Transport: next}
			req = req.Clone(req.Context())
			resp, err := c.Do(req)
			if err != nil {
				return nil, err
			}
			return resp, nil
		},
	}}
	byName := map[string]scenario{}
	for _, s := range scenarios() {
		if _, twice := byName[s.name]; twice {
			t.Errorf("two scenarios have the name %q", s.name)
		}
		byName[s.name] = s
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			build := around(gracy.Func(func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(req *http.Request) (*http.Response, error) { return m.layer(next, req) })
			}))
			for _, name := range m.by {
				s, ok := byName[name]
				if !ok {
					t.Fatalf("no scenario %q", name)
				}
				if s.run(t, build, shortTimes[0]) == s.run(t, nil, shortTimes[0]) {
					t.Errorf("%q does not notice", name)
				}
			}
		})
	}
}
