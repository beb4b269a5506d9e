package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// quota is a layer that lets each request wait for a second.
var quota = &rttest.Layer{Name: "quota", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	a := layer.AttemptFrom(req.Context())
	a.AddWait(layer.Quota, time.Second)
	a.AddNote("10 each second")
	return next.RoundTrip(req)
}}

func ExampleAttempt() {
	rt := rttest.Stack(rttest.Sequence(rttest.Fail(errors.New("reset")), rttest.Respond(200, "hello")), rttest.Retry(3), quota)
	ctx, trace := transport.WithTrace(context.Background())
	rttest.Fetch(ctx, rt)
	for a := range trace.Calls()[0].Attempts() {
		fmt.Println("attempt", a.Number(), a.Cause())
		fmt.Println("  sent", a.Sent(), "ended", a.Ended(), "replayed", a.Replayed())
		fmt.Println("  outcome", a.Status(), a.Err(), a.Verdict())
		fmt.Println("  body", a.Bytes(), "B, ended", a.BodyEnded())
		fmt.Println("  quota", a.Wait(transport.Quota), "backoff", a.Wait(transport.Backoff), "-", a.Notes())
	}
	// Output:
	// attempt 1 first
	//   sent true ended true replayed false
	//   outcome 0 reset retryable
	//   body 0 B, ended false
	//   quota 1s backoff 0s - 10 each second
	// attempt 2 retry
	//   sent true ended true replayed false
	//   outcome 200 <nil> ok
	//   body 5 B, ended true
	//   quota 1s backoff 0s - 10 each second
}

// The four times of an attempt: it waits, the headers arrive, then the body.
func ExampleAttempt_Elapsed() {
	slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
		time.Sleep(2 * time.Millisecond)
		return rttest.Response(req, 200, "hello"), nil
	})
	before := time.Now()
	resp, err := rttest.Try(context.Background(), rttest.Pass("layer").Wrap(slow))
	if err != nil {
		fmt.Println(err)
		return
	}
	time.Sleep(time.Millisecond)
	_ = resp.Body.Close()
	a := transport.AttemptOf(resp)
	fmt.Println(a.Start().Before(before), a.Elapsed() == a.TimeToHeaders(), a.TimeToHeaders() >= 2*time.Millisecond, a.BodyTime() >= time.Millisecond)
	// Output: false true true true
}

// Foreign middleware finds the attempt and its call by the context of the request.
func ExampleAttemptFrom() {
	number := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			req = layer.Edit(req)
			req.Header.Set("User-Agent", fmt.Sprint("attempt ", transport.AttemptFrom(req.Context()).Number()))
			return next.RoundTrip(req)
		})
	})
	rt := rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Echo()), rttest.Retry(3), number)
	fmt.Println(rttest.Fetch(context.Background(), rt))
	fmt.Println(transport.AttemptFrom(context.Background()))
	// Output:
	// attempt 2
	// <nil>
}

func ExampleAttemptOf() {
	rt := rttest.Retry(3).Wrap(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")))
	resp, err := rttest.Try(context.Background(), rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	a := transport.AttemptOf(resp)
	fmt.Println(a.Number(), "of", a.Call().Count())
	// Output: 2 of 2
}
