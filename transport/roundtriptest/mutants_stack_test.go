package roundtriptest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

func stackMutants() []mutant {
	return []mutant{
		{"keeps the request on the struct", "concurrent-calls wire-many-calls", func(next http.RoundTripper) http.RoundTripper {
			var last atomic.Pointer[http.Request]
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				last.Store(req)
				waitFor(req.Context(), 1) // other calls start
				if c := last.Load(); c.Body == nil && req.Body == nil {
					return next.RoundTrip(c)
				} else if c != req && c.URL != nil && req.URL != nil {
					r := copyOf(req.Context(), req)
					r.URL = c.URL
					return next.RoundTrip(r)
				}
				return next.RoundTrip(req)
			}}
		}, 0, false},
		{"makes its state at the first call, and fails concurrent calls", "concurrent-first-call", func(next http.RoundTripper) http.RoundTripper {
			var state atomic.Int32
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				switch {
				case state.CompareAndSwap(0, 1):
					waitFor(req.Context(), 1)
					state.Store(2)
				case state.Load() == 1:
					closeBody(req)
					return nil, errors.New("mutant: not ready")
				}
				return next.RoundTrip(req)
			}}
		}, 0, false},
		{"one slot for all it wraps, held across next", "wrapped-twice", nil, 0, false}, // wrap is made by perCase
		{"captures the first base", "wrapped-two-bases", nil, 0, false},
		{"has no CloseIdleConnections (all eleven that we tried)", "idle-connections-closed", func(next http.RoundTripper) http.RoundTripper {
			return struct{ http.RoundTripper }{next}
		}, 0, false},
		{"releases its slot after next, without defer", "panic-propagates", func(next http.RoundTripper) http.RoundTripper {
			free := make(chan struct{}, 20)
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				select {
				case free <- struct{}{}:
				case <-req.Context().Done():
					closeBody(req)
					return nil, req.Context().Err()
				case <-contextDone(req.Context()):
				}
				resp, err := next.RoundTrip(req)
				select {
				case <-free:
				default:
				}
				return resp, err
			}}
		}, 0, false},
		simple("turns a panic into an error", "panic-propagates", func(next http.RoundTripper, req *http.Request) (resp *http.Response, err error) {
			defer func() {
				if r := recover(); r != nil {
					resp, err = nil, errors.New("mutant: recovered")
				}
			}()
			return next.RoundTrip(req)
		}),
		{"has room for 256 hosts", "many-hosts", func(next http.RoundTripper) http.RoundTripper {
			var mu sync.Mutex
			hosts := map[string]bool{}
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				mu.Lock()
				if req.URL != nil {
					hosts[req.URL.Host] = true
				}
				full := len(hosts) > 256
				mu.Unlock()
				if full {
					closeBody(req)
					return nil, errors.New("mutant: full")
				}
				return next.RoundTrip(req)
			}}
		}, 0, false},
		{"remembers the last Authorization and adds it where none is", "client-redirect-forgets-credentials", func(next http.RoundTripper) http.RoundTripper {
			var last atomic.Value
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				c := copyOf(req.Context(), req)
				if have := c.Header.Get("Authorization"); have != "" {
					last.Store(have)
				} else if token, ok := last.Load().(string); ok {
					c.Header.Set("Authorization", token)
				}
				if req.Header == nil {
					c.Header = nil
				}
				return next.RoundTrip(c)
			}}
		}, 0, false},
		simple("follows redirects itself", "client-redirect-last-response status-is-not-an-error", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			for range 10 {
				resp, err := next.RoundTrip(req)
				if err != nil || resp == nil || resp.StatusCode/100 != 3 || resp.StatusCode == 304 || req.URL == nil {
					return resp, err
				}
				to, err := req.URL.Parse(resp.Header.Get("Location"))
				if err != nil {
					return resp, nil
				}
				dispose(resp, nil)
				body, _ := bodyAgain(req)
				c := copyOf(req.Context(), req)
				c.Body, c.URL = body, to
				req = c
			}
			return nil, errors.New("mutant: too many redirects")
		}),
		simple("replaces the body of a redirect without GetBody by an empty one", "client-redirect-no-getbody", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == 307 && req.GetBody == nil {
				resp.Body, resp.ContentLength = partly{strings.NewReader(""), resp.Body}, 0
			}
			return resp, err
		}),
		simple("resolves Location and writes it back in full", "client-redirect-last-response response-head-intact", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && req.URL != nil && resp.Header != nil {
				if to, err := url.Parse(resp.Header.Get("Location")); err == nil {
					resp.Header.Set("Location", req.URL.ResolveReference(to).String())
				}
			}
			return resp, err
		}),
		{"sends one body for all hops of a redirect", "client-redirect-resend", func(next http.RoundTripper) http.RoundTripper {
			var seen sync.Map
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				if req.Response != nil && req.Body != nil { // a later hop
					closeBody(req)
					c := copyOf(req.Context(), req)
					c.Body, c.ContentLength = http.NoBody, 0
					return next.RoundTrip(c)
				}
				seen.Store(1, 1)
				return next.RoundTrip(req)
			}}
		}, 0, false},
		simple("keeps the method through 303", "client-redirect-get", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Response != nil && req.Response.Request != nil {
				c := copyOf(req.Context(), req)
				c.Method = req.Response.Request.Method
				return next.RoundTrip(c)
			}
			return next.RoundTrip(req)
		}),
	}
}

// contextDone returns a channel for mutants that would otherwise wait forever.
func contextDone(ctx context.Context) <-chan struct{} {
	c := make(chan struct{})
	context.AfterFunc(ctx, func() { close(c) })
	return c
}

// perCase returns the mutants whose state must be made in the case, before wrap is called.
func perCase(bug string) func(http.RoundTripper) http.RoundTripper {
	switch bug {
	case "one slot for all it wraps, held across next":
		slot := sync.OnceValue(func() chan struct{} { return make(chan struct{}, 1) })
		return decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			slot() <- struct{}{}
			defer func() { <-slot() }()
			return next.RoundTrip(req)
		})
	case "captures the first base":
		var first http.RoundTripper
		return func(next http.RoundTripper) http.RoundTripper {
			if first == nil {
				first = next
			}
			return around{first, func(next http.RoundTripper, req *http.Request) (*http.Response, error) { return next.RoundTrip(req) }}
		}
	}
	return nil
}
