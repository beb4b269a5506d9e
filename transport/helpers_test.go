package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// layer is a layer whose trip a test writes.
type layer struct {
	name string
	trip transport.Trip
}

func (l *layer) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap(l.name, l, next, l.trip)
}

// pass is a layer that only calls next.
func pass(name string) *layer {
	return &layer{name, func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
}

// again is the smallest retry: up to n attempts while the verdict is Retryable.
func again(n int) *layer {
	return &layer{"again", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if !c.ClaimRetry() {
			return next.RoundTrip(req)
		}
		defer c.ReleaseRetry()
		for i := 1; ; i++ {
			a := c.Attempt()
			resp, err := next.RoundTrip(req)
			if a.End(resp, err) != transport.Retryable || i == n {
				return resp, err
			}
			next, rerr := transport.Rewind(req)
			if rerr != nil {
				return resp, err
			}
			if resp != nil {
				a.Own(resp)
				transport.Drain(resp)
			}
			c.NextAttempt(transport.Retry)
			req = next
		}
	}}
}

// foreignRetry sends up to n times, after an error or a 503, and knows nothing
// of attempts.
func foreignRetry(n int) transport.Func {
	return func(next http.RoundTripper) http.RoundTripper {
		return base(func(req *http.Request) (*http.Response, error) {
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

// base is a round tripper of a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

func answer(status int, text string) base {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		return response(req, status, text), nil
	}
}

// carry answers 200 with the body.
func carry(body io.ReadCloser) base {
	return func(req *http.Request) (*http.Response, error) {
		resp := response(req, http.StatusOK, "")
		resp.Body, resp.ContentLength = body, -1
		return resp, nil
	}
}

func response(req *http.Request, status int, text string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: req,
	}
}

// script answers with one base after the other, the last one for ever.
func script(steps ...base) base {
	i := 0
	return func(req *http.Request) (*http.Response, error) {
		s := steps[min(i, len(steps)-1)]
		i++
		return s(req)
	}
}

func fail(err error) base {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
}

var errBoom = errors.New("boom")

// try sends a GET.
func try(ctx context.Context, rt http.RoundTripper) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things/7", nil)
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

// get sends a GET that is answered.
func get(ctx context.Context, tb testing.TB, rt http.RoundTripper) *http.Response {
	tb.Helper()
	resp, err := try(ctx, rt)
	if err != nil {
		tb.Fatal(err)
	}
	return resp
}

// panicOf returns what f panics with, nil if it does not.
func panicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func read(tb testing.TB, resp *http.Response) string {
	tb.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Error(err)
	}
	if err := resp.Body.Close(); err != nil {
		tb.Error(err)
	}
	return string(b)
}
