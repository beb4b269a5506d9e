package model_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// Third-party layers that leave their losers behind, send late, or return what no round tripper
// should, anywhere in a random stack: no slot and no body is lost, and no call waits forever, which
// would be a deadlock of the bubble.
func TestCarelessLayersBreakNoPromises(t *testing.T) {
	from, n := seeds()
	for seed := from; seed < from+n; seed++ {
		for _, fail := range runCareless(t, uint64(seed), false) { //nolint:gosec // any number is a seed
			t.Errorf("seed %d: %s", seed, fail)
		}
	}
}

// The control run: a layer that does not close a body is noticed.
func TestALostBodyIsNoticed(t *testing.T) {
	for seed := range uint64(50) {
		if len(runCareless(t, seed, true)) > 0 {
			return
		}
	}
	t.Error("no lost body was noticed in 50 stacks")
}

// A careless is a random stack and what it counts.
type careless struct {
	draw func(n int) int // a random number below n; safe for concurrent use

	loses        bool         // a third-party layer does not close the bodies that it drops
	open         atomic.Int64 // the bodies of responses that nobody has closed
	slots        *concurrency.Limiter
	roundTripper http.RoundTripper
}

// runCareless makes some calls with a random stack and returns what is lost in the end.
func runCareless(t *testing.T, seed uint64, loses bool) (fails []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, mu := rand.New(rand.NewPCG(seed, 1)), sync.Mutex{}
		c := &careless{loses: loses, draw: func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return r.IntN(n)
		}}
		c.build()
		var wg sync.WaitGroup
		var bodies [12]*roundtriptest.Body
		for i := range bodies {
			bodies[i] = roundtriptest.NewBody(strings.NewReader("order"))
			wg.Go(func() {
				if fail := c.call(t.Context(), i, bodies[i]); fail != "" {
					mu.Lock()
					fails = append(fails, fail)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Hour)
		if n := c.slots.InFlight(); n != 0 {
			fails = append(fails, fmt.Sprintf("%d slots are in use", n))
		}
		if n := c.open.Load(); n != 0 {
			fails = append(fails, fmt.Sprintf("%d bodies of responses are open", n))
		}
		for i, b := range bodies {
			if b.Usage().Closes == 0 {
				fails = append(fails, fmt.Sprintf("the body of request %d is open", i))
			}
		}
	})
	return fails
}

// build puts the layers around the base, in a random order.
func (c *careless) build() {
	c.slots = concurrency.New(concurrency.Limit{Max: 1 + c.draw(3)})
	tokens := auth.SourceFunc(func(context.Context) (auth.Token, error) {
		time.Sleep(c.upTo(time.Second))
		if c.draw(4) == 0 {
			return auth.Token{}, errors.New("no token")
		}
		return auth.Token{Value: fmt.Sprint("token", c.draw(3)), Expiry: time.Now().Add(c.upTo(20 * time.Second))}, nil
	})
	layers := []transport.Layer{
		metrics.New("model"),
		timeout.New(timeout.Config{Total: 20 * time.Second}),
		timeout.PerAttempt(500*time.Millisecond + c.upTo(2*time.Second)),
		retry.New(retry.Policy{Attempts: 4, MarkAmbiguous: c.draw(2) == 0}),
		c.slots,
		throttle.New(throttle.Rule{Limit: 3, Per: time.Second, MaxWait: time.Hour}),
		hook.New(hook.Hooks{FailOnError: c.draw(2) == 0, Before: c.before}),
		auth.Bearer(tokens, "http://api.test"),
		transport.Func(c.foreign),
	}
	if c.draw(2) == 0 {
		layers = append(layers, transport.Func(c.foreign))
	}
	for i := range layers {
		j := i + c.draw(len(layers)-i)
		layers[i], layers[j] = layers[j], layers[i]
	}
	c.roundTripper = gracy.Around(rttest.Func(c.respond), append([]transport.Layer{rttest.Pass("outer")}, layers...)...)
}

func (c *careless) upTo(d time.Duration) time.Duration {
	return time.Duration(c.draw(int(d/time.Millisecond))) * time.Millisecond
}

// before is a hook that vetoes some requests, and makes a call of its own before others.
func (c *careless) before(ctx context.Context, _ *http.Request) error {
	switch c.draw(8) {
	case 0:
		return errors.New("vetoed")
	case 1:
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/nested", nil)
		if err != nil {
			return err
		}
		if resp, err := c.roundTripper.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
	}
	return nil
}

// call makes one call and reads its response. It returns what is wrong with its outcome.
func (c *careless) call(ctx context.Context, i int, body *roundtriptest.Body) (fail string) {
	time.Sleep(c.upTo(3 * time.Second))
	if i%3 == 0 {
		limited, cancel := context.WithTimeout(ctx, time.Millisecond+c.upTo(20*time.Second))
		defer cancel()
		ctx = limited
	}
	req, err := http.NewRequestWithContext(ctx, []string{http.MethodPut, http.MethodPost}[i%2], "http://api.test/x", body)
	if err != nil {
		return err.Error()
	}
	if req.ContentLength = 5; c.draw(2) == 0 {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("order")), nil }
	}
	resp, err := c.roundTripper.RoundTrip(req)
	if (resp == nil) == (err == nil) {
		return fmt.Sprintf("call %d returned %v and %v", i, resp, err)
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	return ""
}

// respond is the base: a server that is slow, fails, or gives one of several statuses.
func (c *careless) respond(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if c.draw(3) > 0 {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		defer req.Body.Close()
	}
	select {
	case <-time.After(c.upTo(1500 * time.Millisecond)):
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
	status := []int{0, 0, 401, 429, 503, 200, 200, 200, 200, 200}[c.draw(10)]
	if status == 0 {
		return nil, []error{io.EOF, io.ErrUnexpectedEOF, nil}[c.draw(3)]
	}
	return c.response(req, status), nil
}

// response returns a response whose body counts as open until it is closed.
func (c *careless) response(req *http.Request, status int) *http.Response {
	resp := rttest.Response(req, status, "text")
	if status == http.StatusTooManyRequests {
		resp.Header.Set("Retry-After", "1")
	}
	c.open.Add(1)
	resp.Body = &countedBody{resp.Body, sync.OnceFunc(func() { c.open.Add(-1) })}
	return resp
}

// countedBody calls closed when it is closed.
type countedBody struct {
	io.ReadCloser
	closed func()
}

func (b *countedBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}
