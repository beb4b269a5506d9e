// What stays in order when the base, a check or an observer panics.

package layer_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestAPanicOfTheBaseEndsTheCallAndItsHolds(t *testing.T) {
	var c *layer.Call
	var held countingHold
	l := &rttest.Layer{Name: "hold", Trip: func(call *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c = call
		a := call.Attempt()
		a.Hold(&held)
		defer a.Release(&held)
		return next.RoundTrip(req)
	}}
	rt := rttest.Stack(rttest.Func(func(*http.Request) (*http.Response, error) { panic("base") }), rttest.Pass("a"), l)
	if v := rttest.PanicOf(func() { rttest.Get(t.Context(), t, rt) }); v != "base" {
		t.Errorf("panicked with %v, want base", v)
	}
	if held.ends.Load() != 1 {
		t.Errorf("the hold ended %d times, want once", held.ends.Load())
	}
	// The next request does not join the dead call, even with its context.
	resp := rttest.Get(c.Request().Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a")))
	if layer.CallOf(resp) == c {
		t.Error("a call joined one that panicked")
	}
}

func TestAPanicOfTheBaseClosesTheRow(t *testing.T) {
	ctx, trace := transport.WithTrace(t.Context())
	rt := rttest.Pass("a").Wrap(rttest.Func(func(*http.Request) (*http.Response, error) { panic("base") }))
	if v := rttest.PanicOf(func() { rttest.Get(ctx, t, rt) }); v != "base" {
		t.Errorf("panicked with %v, want base", v)
	}
	if a := trace.Calls()[0].Attempt(); !a.Ended() || a.Err() == nil || a.Verdict() != verdict.Unjudged {
		t.Errorf("the row is not closed, has no error or a verdict:\n%s", trace)
	}
}

// If the caller's function panics on a response, the caller never gets it. So the body is closed
// and the holds end.
func TestAPanicOfACheckOrAnObserverClosesTheBodyAndEndsTheHolds(t *testing.T) {
	for name, tc := range map[string]struct {
		expect   transport.Expect
		observer transport.Layer
	}{
		"check":                  {transport.Expect{Check: func(*http.Response) error { panic("mine") }}, rttest.Pass("none")},
		"observer of an attempt": {transport.Expect{}, panicky(layer.AttemptEnd)},
		"observer of the call":   {transport.Expect{}, panicky(layer.CallEnd)},
	} {
		t.Run(name, func(t *testing.T) {
			var h countingHold
			b := &rttest.CountingBody{Reader: strings.NewReader("x"), Err: rttest.ErrBoom}
			rt := rttest.Stack(rttest.RespondBody(b), rttest.Retry(2), holding(&h), tc.observer)
			ctx := transport.With(t.Context(), tc.expect)
			if v := rttest.PanicOf(func() { rttest.Get(ctx, t, rt) }); v != "mine" {
				t.Errorf("panicked with %v, want mine", v)
			}
			if h.ends.Load() != 1 || b.Closed != 1 {
				t.Errorf("the hold ended %d times, the body was closed %d times, want once each", h.ends.Load(), b.Closed)
			}
		})
	}
}

// panicky is an observer that panics on the events that it wants.
type panicky layer.Kind

func (p panicky) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("panicky", p, next, nil)
}
func (p panicky) Wants() layer.Kind { return layer.Kind(p) }
func (panicky) Observe(layer.Event) { panic("mine") }

// panickingHold panics when it is reacquired.
type panickingHold struct{ countingHold }

func (*panickingHold) Reacquire(context.Context, *layer.Attempt) error { panic("mine") }

// If an outer layer panics while holds are reacquired, what an inner layer has reacquired is
// released.
func TestAPanicWhileHoldsAreReacquiredLosesNone(t *testing.T) {
	s := &slotCounter{}
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.Suspend()
		if err := a.Reacquire(req.Context()); err != nil {
			return layer.Reject(req, err)
		}
		return next.RoundTrip(req)
	}}
	rt := rttest.Stack(rttest.Respond(200, ""), holding(&panickingHold{}), s.layer(), wait)
	if v := rttest.PanicOf(func() { rttest.Get(t.Context(), t, rt) }); v != "mine" {
		t.Errorf("panicked with %v", v)
	}
	s.want(t, "after the panic", 0)
}
