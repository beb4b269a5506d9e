package retry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// step is one outcome of a scripted base.
type step struct {
	status int
	header http.Header
	body   string
	err    error
	takes  time.Duration
}

func status(code int, header ...string) step {
	s := step{status: code, header: http.Header{}}
	for i := 0; i < len(header); i += 2 {
		s.header.Set(header[i], header[i+1])
	}
	return s
}

func fails(err error) step { return step{err: err} }

// script responds with one step after the other, and with the last one to every further request. It
// records the requests and their times.
type script struct {
	steps []step
	mu    sync.Mutex // mu guards what follows
	sent  []*http.Request
	body  []string
	at    []time.Time
	open  int // the response bodies that are not closed
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var body string
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	s.mu.Lock()
	now := s.steps[min(len(s.sent), len(s.steps)-1)]
	s.sent = append(s.sent, req)
	s.body = append(s.body, body)
	s.at = append(s.at, time.Now())
	s.mu.Unlock()
	if now.takes > 0 {
		t := time.NewTimer(now.takes)
		defer t.Stop()
		select {
		case <-t.C:
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	if now.err != nil {
		return nil, now.err
	}
	s.mu.Lock()
	s.open++
	s.mu.Unlock()
	h := now.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{
		StatusCode: now.status, Status: http.StatusText(now.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: &counted{strings.NewReader(now.body), s, false}, ContentLength: int64(len(now.body)), Request: req,
	}, nil
}

// counted is a body that counts as open until it is closed.
type counted struct {
	io.Reader
	s    *script
	done bool
}

func (c *counted) Close() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if !c.done {
		c.s.open--
	}
	c.done = true
	return nil
}

// waits returns the times between the attempts.
func (s *script) waits() []time.Duration {
	var ds []time.Duration
	for i := 1; i < len(s.at); i++ {
		ds = append(ds, s.at[i].Sub(s.at[i-1]))
	}
	return ds
}

func request(tb testing.TB, ctx context.Context, method string, body io.Reader) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, method, "http://api.test/things/7?key=hunter2", body)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

// stream hides everything that a reader can do except reading, so that there is no GetBody.
func stream(text string) io.Reader { return io.MultiReader(strings.NewReader(text)) }

func do(tb testing.TB, p retry.Policy, base http.RoundTripper, req *http.Request) (*http.Response, *transport.Call, error) {
	tb.Helper()
	ctx, trace := transport.WithTrace(req.Context())
	resp, err := retry.New(p).Wrap(base).RoundTrip(req.WithContext(ctx))
	if (resp == nil) == (err == nil) {
		tb.Fatalf("response %v, error %v", resp, err)
	}
	calls := trace.Calls()
	if len(calls) != 1 {
		tb.Fatalf("%d calls", len(calls))
	}
	return resp, calls[0], err
}

func finish(resp *http.Response) {
	if resp != nil {
		_ = resp.Body.Close()
	}
}

func half() float64 { return 0.5 }

var errTimeout = errors.New("timeout")

func adaptive() *retry.Budget { return retry.NewBudget(retry.BudgetConfig{Adaptive: true}) }

type wrapper struct {
	http.RoundTripper
	trip func(*http.Request) (*http.Response, error)
}

func (w wrapper) RoundTrip(req *http.Request) (*http.Response, error) { return w.trip(req) }
func (w wrapper) Unwrap() http.RoundTripper                           { return w.RoundTripper }
