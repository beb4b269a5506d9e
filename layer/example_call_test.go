package layer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// again is a complete layer: it makes up to so many attempts, without a wait.
type again int

func (n again) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("again", n, next, n.trip)
}

func (n again) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if !c.ClaimRetry(2) {
		return next.RoundTrip(req) // another layer makes the attempts
	}
	defer c.ReleaseRetry()
	req, done := bodies.Replayable(req, 1<<20)
	defer done()
	for i := again(1); ; i++ {
		a := c.Attempt()
		resp, err := next.RoundTrip(req)
		if a.End(resp, err) != verdict.Retryable {
			return resp, err
		}
		switch {
		case i == n:
			c.SetStopReason("no attempt is left")
			return resp, err
		case bodies.Rewindable(req) != nil:
			c.SetStopReason("the body cannot be sent again")
			return resp, err
		}
		if resp != nil {
			a.Own(resp) // so that the ledger records its bytes
			bodies.SetAside(resp)
		}
		fresh, rewindErr := bodies.Rewind(req) // when the previous attempt is over
		if rewindErr != nil {
			c.SetStopReason("the body cannot be sent again")
			return resp, err
		}
		c.NextAttempt(layer.Retry)
		req = fresh
	}
}

func ExampleCall_NextAttempt() {
	rt := again(3).Wrap(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Fail(errors.New("reset")), rttest.Respond(500, "")))
	resp, err := rttest.Try(context.Background(), rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	c := layer.CallOf(resp)
	for a := range c.Attempts() {
		fmt.Println(a.Number(), a.Cause(), a.Status(), a.Err(), a.Verdict())
	}
	fmt.Println(c.Count(), "attempts:", c.StopReason())
	// Output:
	// 1 first 503 <nil> retryable
	// 2 retry 0 reset retryable
	// 3 retry 500 <nil> retryable
	// 3 attempts: no attempt is left
}

// A hedge sends a second attempt beside a slow one. Each has a context of its own, by which inner
// layers find its row.
func ExampleAttempt_Context() {
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		slow, fast := c.Attempt(), c.NextAttempt(layer.Hedge)
		ctx, cancel := context.WithCancel(req.Context())
		lost := make(chan struct{})
		go func() {
			defer close(lost)
			resp, err := next.RoundTrip(req.WithContext(slow.Context(ctx)))
			slow.For(resp).End(resp, err)
			bodies.Drain(resp)
		}()
		resp, err := next.RoundTrip(req.WithContext(fast.Context(req.Context())))
		fast.For(resp).End(resp, err)
		cancel()
		<-lost
		return resp, err
	}}
	server := rttest.Func(func(req *http.Request) (*http.Response, error) {
		if layer.AttemptFrom(req.Context()).Number() == 1 {
			<-req.Context().Done() // the first attempt hangs
			return nil, req.Context().Err()
		}
		return rttest.Response(req, 200, ""), nil
	})
	resp, err := rttest.Try(context.Background(), hedge.Wrap(rttest.Pass("inner").Wrap(server)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for a := range layer.CallOf(resp).Attempts() {
		fmt.Println(a.Number(), a.Cause(), a.Verdict())
	}
	// Output:
	// 1 first canceled
	// 2 hedge ok
}

// A layer outside a retry holds the first attempt. The response may be that of another.
func ExampleAttempt_For() {
	outer := &rttest.Layer{Name: "outer", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := c.Attempt()
		resp, err := next.RoundTrip(req)
		fmt.Println("sent in attempt", a.Number(), "and got the response of attempt", a.For(resp).Number())
		return resp, err
	}}
	rttest.Fetch(context.Background(), outer.Wrap(again(3).Wrap(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(200, "")))))
	// Output: sent in attempt 1 and got the response of attempt 2
}

// A layer that responds from a recording says so in the ledger.
func ExampleAttempt_SetReplayed() {
	tape := &rttest.Layer{Name: "tape", Trip: func(c *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		c.Attempt().SetReplayed(80 * time.Millisecond)
		c.SetOffline()
		return rttest.Response(req, 200, "hello"), nil
	}}
	resp, err := rttest.Try(context.Background(), tape.Wrap(rttest.Fail(errors.New("no network"))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	a := layer.AttemptOf(resp)
	fmt.Println("sent:", a.Sent(), "replayed:", a.Replayed(), "recorded in", a.RecordedTime(), "offline:", a.Call().Offline())
	// Output: sent: false replayed: true recorded in 80ms offline: true
}

// Of several layers that could wait as long as a server asked, one does.
func ExampleAttempt_TakeHint() {
	pause := func(name string) *rttest.Layer {
		return &rttest.Layer{Name: name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil && resp.StatusCode == http.StatusTooManyRequests && c.Attempt().TakeHint() {
				c.Attempt().AddNote(name + " waits 2s")
			}
			return resp, err
		}}
	}
	resp, err := rttest.Try(context.Background(), pause("outer").Wrap(pause("inner").Wrap(rttest.Respond(429, ""))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(layer.AttemptOf(resp).Notes())
	// Output: inner waits 2s
}

// A POST that fails without a response is ambiguous, unless the server can recognize a second one
// by its key.
func ExampleCall_SetIdempotent() {
	key := &rttest.Layer{Name: "key", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		req = layer.Edit(req)
		req.Header.Set("Idempotency-Key", "7c9e")
		c.SetIdempotent()
		return next.RoundTrip(req)
	}}
	reset := rttest.Fail(errors.New("connection reset"))
	for _, rt := range []http.RoundTripper{rttest.Pass("none").Wrap(reset), key.Wrap(reset)} {
		ctx, trace := transport.WithTrace(context.Background())
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, rttest.URL, nil)
		_, _ = rt.RoundTrip(req)
		fmt.Println(trace.Calls()[0].Attempt().Verdict())
	}
	// Output:
	// ambiguous
	// retryable
}

// Any round tripper of the stack finds the call by the context of its request.
func ExampleCallFrom() {
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		c := layer.CallFrom(req.Context())
		fmt.Println(c.Request().Method, c.Route(), "attempt", layer.AttemptFrom(req.Context()).Number())
		fmt.Println("a 404 is a success:", c.Expect().Accepts(404))
		return rttest.Response(req, 200, ""), nil
	})
	ctx := transport.WithExpect(context.Background(), transport.Expect{Status: []int{404}})
	rttest.Fetch(ctx, rttest.Pass("layer").Wrap(base))
	fmt.Println("outside:", layer.CallFrom(ctx))
	// Output:
	// GET /things/{id} attempt 1
	// a 404 is a success: true
	// outside: <nil>
}
