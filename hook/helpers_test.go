package hook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

var errBoom = errors.New("boom")

// layer is a layer whose trip a test writes.
type testLayer struct {
	name string
	trip layer.Trip
}

func (l *testLayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(l.name, l, next, l.trip)
}

// again is the smallest retry: up to n attempts while the verdict is Retryable.
func again(n int) *testLayer {
	return &testLayer{"again", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for i := 1; ; i++ {
			a := c.Attempt()
			resp, err := next.RoundTrip(req)
			if a.End(resp, err) != verdict.Retryable || i == n {
				return resp, err
			}
			if resp != nil {
				a.Own(resp)
				bodies.Drain(resp)
			}
			c.NextAttempt(layer.Retry)
		}
	}}
}

// stack wraps base in layers, the first outermost.
func stack(base http.RoundTripper, layers ...transport.Layer) http.RoundTripper {
	for _, l := range slices.Backward(layers) {
		base = l.Wrap(base)
	}
	return base
}

// base is a round tripper of a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

func request(ctx context.Context, tb testing.TB, method, body string) *http.Request {
	tb.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://api.test/things/7", r)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

func get(ctx context.Context, tb testing.TB, rt http.RoundTripper) *http.Response {
	tb.Helper()
	resp, err := rt.RoundTrip(request(ctx, tb, http.MethodGet, ""))
	if err != nil {
		tb.Fatal(err)
	}
	return resp
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

func before(f func(context.Context, *http.Request) error) hook.Hooks { return hook.Hooks{Before: f} }

func after(f func(context.Context, hook.Outcome) (*http.Response, error)) hook.Hooks {
	return hook.Hooks{After: f}
}
