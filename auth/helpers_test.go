package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

var errBoom = errors.New("boom")

const site = "http://api.test"

// base is a round tripper of a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

// stack wraps base in layers, the first outermost.
func stack(base http.RoundTripper, layers ...transport.Layer) http.RoundTripper {
	for _, l := range slices.Backward(layers) {
		base = l.Wrap(base)
	}
	return base
}

func respond(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// server knows one token at a time and answers 401 to all others.
type server struct {
	token    atomic.Pointer[string]
	sent     atomic.Int64
	refused  atomic.Int64
	withBody atomic.Int64 // requests that carried the whole body "payload"
	open     atomic.Int64 // answers with an open body
}

func knows(token string) *server {
	s := new(server)
	s.token.Store(&token)
	return s
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		if string(b) == "payload" {
			s.withBody.Add(1)
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	s.sent.Add(1)
	resp := respond(req, 200, "fine")
	if req.Header.Get("Authorization") != "Bearer "+*s.token.Load() {
		s.refused.Add(1)
		resp = respond(req, 401, "who are you?")
	}
	s.open.Add(1)
	resp.Body = &counted{ReadCloser: resp.Body, open: &s.open}
	return resp, nil
}

type counted struct {
	io.ReadCloser
	open *atomic.Int64
	done atomic.Bool
}

func (c *counted) Close() error {
	if !c.done.Swap(true) {
		c.open.Add(-1)
	}
	return c.ReadCloser.Close()
}

// issuer is a source that counts: token-1, token-2, ...
type issuer struct {
	asks   atomic.Int64
	takes  time.Duration
	life   time.Duration // 0 is for ever
	fail   func(ask int64) error
	during func(ctx context.Context)
}

func (i *issuer) Token(ctx context.Context) (auth.Token, error) {
	n := i.asks.Add(1)
	if i.during != nil {
		i.during(ctx)
	}
	if i.takes > 0 {
		t := time.NewTimer(i.takes)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return auth.Token{}, context.Cause(ctx)
		}
	}
	if i.fail != nil {
		if err := i.fail(n); err != nil {
			return auth.Token{}, err
		}
	}
	token := auth.Token{Value: fmt.Sprintf("token-%d", n)}
	if i.life > 0 {
		token.Expiry = time.Now().Add(i.life)
	}
	return token, nil
}

func request(ctx context.Context, tb testing.TB, method, url string, body io.Reader) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

// get returns the status of the answer, or the error.
func get(ctx context.Context, tb testing.TB, rt http.RoundTripper) (int, error) {
	tb.Helper()
	resp, err := rt.RoundTrip(request(ctx, tb, http.MethodGet, site+"/things/7", nil))
	if err != nil {
		return 0, err
	}
	read(tb, resp)
	return resp.StatusCode, nil
}

func wants(ctx context.Context, tb testing.TB, rt http.RoundTripper, status int) {
	tb.Helper()
	if got, err := get(ctx, tb, rt); got != status || err != nil {
		tb.Errorf("got %d, %v, want %d", got, err, status)
	}
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

// slots is a layer that lets n calls run at a time, to the end of their bodies.
type slots struct{ free chan struct{} }

func newSlots(n int) *slots { return &slots{make(chan struct{}, n)} }

func (s *slots) take(ctx context.Context) error {
	select {
	case s.free <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slots) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("slots", s, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if err := s.take(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		a, h := layer.AttemptFrom(req.Context()), &slot{s}
		a.Hold(h)
		owned := false
		defer func() {
			if !owned {
				a.Release(h)
			}
		}()
		resp, err := next.RoundTrip(req)
		if err == nil {
			a.Own(resp, h)
			owned = true
		}
		return resp, err
	})
}

type slot struct{ s *slots }

func (h *slot) BodyEnd(*layer.Attempt)                                { <-h.s.free }
func (h *slot) Suspend(*layer.Attempt)                                { <-h.s.free }
func (h *slot) Reacquire(ctx context.Context, _ *layer.Attempt) error { return h.s.take(ctx) }

// echo is a base that tells what came in a header.
func echo(tell func(string), header string) base {
	return func(req *http.Request) (*http.Response, error) {
		tell(req.Header.Get(header))
		return respond(req, 200, ""), nil
	}
}
