package concurrency

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// server is a base that takes a while for headers and counts the requests in flight, until the body
// ends.
type server struct {
	latency time.Duration
	now     atomic.Int64
	peak    atomic.Int64
	sent    atomic.Int64
	respond func(*http.Request) (*http.Response, error)
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent.Add(1)
	n := s.now.Add(1)
	for p := s.peak.Load(); n > p && !s.peak.CompareAndSwap(p, n); p = s.peak.Load() {
	}
	if s.latency > 0 {
		select {
		case <-time.After(s.latency):
		case <-req.Context().Done():
			s.now.Add(-1)
			return nil, req.Context().Err()
		}
	}
	if s.respond != nil {
		resp, err := s.respond(req)
		if err != nil {
			s.now.Add(-1)
			return nil, err
		}
		resp.Body = &body{resp.Body, func() { s.now.Add(-1) }, atomic.Bool{}}
		return resp, nil
	}
	resp := reply(req, 200, "some text")
	resp.Body = &body{resp.Body, func() { s.now.Add(-1) }, atomic.Bool{}}
	return resp, nil
}

type body struct {
	io.ReadCloser
	end  func()
	done atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !b.done.Swap(true) {
		b.end()
	}
	return n, err
}

func (b *body) Close() error {
	if !b.done.Swap(true) {
		b.end()
	}
	return b.ReadCloser.Close()
}

func reply(req *http.Request, status int, text string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(text)),
	}
}

func request(ctx context.Context, url string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		panic(err)
	}
	return req
}

const url = "http://api.test/things/1"

// get makes a call and closes the body.
func get(ctx context.Context, rt http.RoundTripper, url string) error {
	resp, err := rt.RoundTrip(request(ctx, url))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err
}

// empty fails the test if a slot or a place in the queue was not released.
func empty(t *testing.T, l *Limiter) {
	t.Helper()
	if n, w := l.InFlight(), l.Waiting(); n != 0 || w != 0 {
		t.Errorf("%d slots in use and %d waiting at the end, want none", n, w)
	}
}

// observer keeps events.
type observer struct {
	kinds  layer.Kind
	events chan layer.Event
}

func listen(kinds layer.Kind) *observer {
	return &observer{kinds, make(chan layer.Event, 1000)}
}

func (e *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("observer", e, next, nil)
}
func (e *observer) Wants() layer.Kind      { return e.kinds }
func (e *observer) Observe(ev layer.Event) { e.events <- ev }

// layer is a layer whose trip a test writes.
type testLayer struct {
	name string
	trip layer.Trip
}

func (l *testLayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(l.name, l, next, l.trip)
}

// again is the smallest retry: three attempts while the response is a 503.
func again() *testLayer {
	return &testLayer{"retry", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for i := 1; ; i++ {
			a := c.Attempt()
			resp, err := next.RoundTrip(req)
			if a.End(resp, err) != verdict.Retryable || i == 3 {
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

// pausing waits as a rate limit does: it suspends, waits and reacquires.
func pausing(d time.Duration) *testLayer {
	return &testLayer{"pausing", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.Suspend()
		time.Sleep(d)
		if err := a.Reacquire(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		return next.RoundTrip(req)
	}}
}
