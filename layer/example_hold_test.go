package layer_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// mutex is a complete layer: it lets one request through at a time, and the next one when the
// response body has ended. Its slot is free while the channel has a value.
type mutex struct{ free chan struct{} }

var _ layer.Suspender = (*mutex)(nil)

func newMutex() *mutex {
	m := &mutex{make(chan struct{}, 1)}
	m.free <- struct{}{}
	return m
}

func (m *mutex) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("mutex", m, next, m.trip)
}

func (m *mutex) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	a := layer.AttemptFrom(req.Context())
	if err := m.Reacquire(req.Context(), a); err != nil {
		return layer.Reject(req, err)
	}
	a.Hold(m)          // inner layers can suspend it from now on
	defer a.Release(m) // after an error or a panic; Own has ended the hold otherwise
	resp, err := next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	a.Own(resp, m) // BodyEnd is called at the end of the body
	return a.WatchLeak(resp), nil
}

func (m *mutex) BodyEnd(*layer.Attempt) { m.free <- struct{}{} }

func (m *mutex) Suspend(*layer.Attempt) { m.free <- struct{}{} }

func (m *mutex) Reacquire(ctx context.Context, _ *layer.Attempt) error {
	select {
	case <-m.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func ExampleAttempt_Hold() {
	m := newMutex()
	resp, err := rttest.Try(context.Background(), m.Wrap(rttest.Respond(200, "hello")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("free before the body has ended:", len(m.free))
	_ = resp.Body.Close()
	fmt.Println("free after it:", len(m.free))
	// Output:
	// free before the body has ended: 0
	// free after it: 1
}

// What an attempt owns ends with its body. No hold is needed for that.
func ExampleAttempt_Own() {
	timer := &rttest.Layer{Name: "timer", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			layer.AttemptFrom(req.Context()).Own(resp, new(sizeLog))
		}
		return resp, err
	}}
	rttest.Fetch(context.Background(), timer.Wrap(rttest.Respond(200, "hello")))
	// Output: the body has ended after 5 bytes
}

// sizeLog prints the size of a body that has ended.
type sizeLog struct{ _ byte }

func (*sizeLog) BodyEnd(a *layer.Attempt) {
	fmt.Println("the body has ended after", a.Bytes(), "bytes")
}

// A layer that waits suspends what outer layers hold, so that others can have it
// meanwhile.
func ExampleAttempt_Suspend() {
	m := newMutex()
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		start := time.Now()
		a.Suspend()
		time.Sleep(time.Millisecond)
		fmt.Println("free during the wait:", len(m.free))
		a.AddWait(layer.Quota, time.Since(start))
		if err := a.Reacquire(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		fmt.Println("free afterwards:", len(m.free))
		return next.RoundTrip(req)
	}}
	resp, err := rttest.Try(context.Background(), m.Wrap(wait.Wrap(rttest.Respond(200, "hello"))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println("waited for quota:", layer.AttemptOf(resp).Wait(layer.Quota) >= time.Millisecond)
	// Output:
	// free during the wait: 1
	// free afterwards: 0
	// waited for quota: true
}

// A caller that never closes a body does not keep the slot for good.
func ExampleAttempt_WatchLeak() {
	m := newMutex()
	_, err := rttest.Try(context.Background(), m.Wrap(rttest.Respond(200, "hello")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for len(m.free) == 0 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Println("free:", len(m.free))
	// Output: free: 1
}
