package hook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestNothingIsSuspendedForAHookThatHasReturned(t *testing.T) {
	limit, count := rttest.NewSlots(1), new(holder)
	var late context.Context
	h := hook.New(before(func(ctx context.Context, _ *http.Request) error {
		late = ctx //nolint:fatcontext // used after the hook, which is the point
		return nil
	}))
	rt := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
		hook.Yield(late) // the hook has returned
		if n := limit.Free(); n != 0 {
			t.Errorf("%d slots free while the request is sent", n)
		}
		return roundtriptest.Script(roundtriptest.Step{Body: "fine"}).RoundTrip(req)
	}), limit, count, h)
	resp := rttest.Get(t.Context(), t, rt)
	// A call with the context of a hook that has returned suspends nothing either.
	ctx, cancel := context.WithCancel(late)
	cancel()
	if _, err := rt.RoundTrip(request(ctx, t, http.MethodGet, "")); !errors.Is(err, context.Canceled) {
		t.Errorf("with all slots held: %v", err)
	}
	hook.Yield(late)
	if n := count.suspends.Load(); n != 0 || limit.Free() != 0 {
		t.Errorf("suspended %d times, %d slots free", n, limit.Free())
	}
	rttest.Read(t, resp)
	if n := limit.Free(); n != 1 {
		t.Errorf("%d slots free after the body", n)
	}
}

func TestYieldSuspendsUntilTheHookReturns(t *testing.T) {
	limit := rttest.NewSlots(1)
	var free []int
	rt := rttest.Stack(roundtriptest.Script(roundtriptest.Step{Body: "fine"}), limit, hook.New(before(func(ctx context.Context, _ *http.Request) error {
		free = append(free, limit.Free())
		hook.Yield(ctx)
		hook.Yield(ctx)
		free = append(free, limit.Free())
		return nil
	})))
	resp := rttest.Get(t.Context(), t, rt)
	free = append(free, limit.Free())
	rttest.Read(t, resp)
	if want := []int{0, 1, 0}; !slices.Equal(free, want) {
		t.Errorf("free %v, want %v", free, want)
	}
	hook.Yield(t.Context())
}

// Before the request is sent, the error is that of the limit. Afterwards it is one that does not
// say that the request was not sent.
func TestASlotThatCannotBeReacquiredFailsTheCall(t *testing.T) {
	yield := func(ctx context.Context) { hook.Yield(ctx) }
	for name, h := range map[string]hook.Hooks{
		"before": before(func(ctx context.Context, _ *http.Request) error { yield(ctx); return nil }),
		"after":  after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) { yield(ctx); return nil, nil }),
	} {
		t.Run(name, func(t *testing.T) {
			limit, lost := rttest.NewSlots(1), &holder{err: rejection{}}
			script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
			body := roundtriptest.NewBody(nil)
			req := request(t.Context(), t, http.MethodPost, "")
			req.Body = body
			_, err := rttest.Stack(script, limit, lost, hook.New(h)).RoundTrip(req)
			if _, ok := errors.AsType[rejection](err); !ok || errors.Is(err, verdict.ErrRejected) != (name == "before") {
				t.Errorf("error %v", err)
			}
			if limit.Free() != 1 || body.Usage().Closes != 1 {
				t.Errorf("%d slots free, body closed %d times", limit.Free(), body.Usage().Closes)
			}
			for _, c := range script.Calls() {
				if name == "before" || c.ResponseBody.Usage().Closes != 1 {
					t.Errorf("sent, and the response closed %d times", c.ResponseBody.Usage().Closes)
				}
			}
		})
	}
}

// The hook of one request waits for another request under the same limit of one
// slot. Without Yield neither would ever be sent.
func ExampleYield() {
	ready := make(chan struct{})
	wait := hook.New(hook.Hooks{Before: func(ctx context.Context, req *http.Request) error {
		if req.URL.Path == "/first" {
			close(ready)
			return nil
		}
		hook.Yield(ctx)
		<-ready
		return nil
	}})
	client := &http.Client{Transport: rttest.Stack(rttest.Respond(200, ""), rttest.NewSlots(1), wait)}
	second := make(chan error)
	go func() {
		resp, err := client.Get("http://api.test/second")
		if err == nil {
			err = resp.Body.Close()
		}
		second <- err
	}()
	resp, err := client.Get("http://api.test/first")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	fmt.Println(<-second)
	// Output:
	// <nil>
}
