package layer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// An attempt that follows one that runs beside others has the holds of that one alone, and is the
// current one only if that was.
func TestAnAttemptFollowsTheOneThatItIsMadeFor(t *testing.T) {
	var h countingHold
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		first.Hold(&h)
		second.Hold(&h)
		third := c.Follow(second.Context(req.Context()))
		if c.Attempt() != first {
			t.Errorf("attempt %d is the current one, want the first, which runs on", c.Attempt().Number())
		}
		first.Release(&h)
		first.Release(&h)
		if n := h.ends.Load(); n != 1 {
			t.Errorf("%d holds ended, want that of the first attempt", n)
		}
		second.Release(&h)
		if n := h.ends.Load(); n != 2 {
			t.Errorf("%d holds ended, want that of the third attempt too, which was held for the second", n)
		}
		if fourth := c.Follow(first.Context(req.Context())); c.Attempt() != fourth || fourth.Cause() != layer.Retry || fourth.Number() != 4 {
			t.Errorf("attempt %d is the current one, want the fourth", c.Attempt().Number())
		}
		return send(third, req, next)
	}}
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), hedge))
}

// A retry inside a foreign layer has an attempt that does not get as far as another foreign layer inside
// it. What the outer one sends next is a further attempt, not one that the inner one sends late.
func TestAForeignLayerSendsAgainAfterAnAttemptThatWasNotSent(t *testing.T) {
	outer := &slotCounter{}
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		if current := a.Call().Attempt(); a != current {
			t.Errorf("row %d is sent while row %d is the current one", a.Number(), current.Number())
		}
		a.Suspend()
		outer.want(t, "suspended", 0)
		if err := a.Reacquire(req.Context()); err != nil {
			return nil, err
		}
		return nil, rttest.ErrBoom
	})
	rejects := &rttest.Layer{Name: "rejects", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if layer.AttemptFrom(req.Context()).Number() == 2 {
			return layer.Reject(req, rttest.ErrBoom)
		}
		return next.RoundTrip(req)
	}}
	ctx, trace := transport.WithTrace(t.Context())
	rt := rttest.Stack(base, outer.layer(), foreignRetry(2), rttest.Pass("between"), rttest.Retry(2), rejects, foreignRetry(1), rttest.Pass("inner"))
	if _, err := rttest.Try(ctx, rt); err == nil {
		t.Error("the call has no error")
	}
	outer.want(t, "at the end", 0)
	if c := trace.Calls()[0]; c.Count() != 4 || c.Attempt().Number() != 4 {
		t.Errorf("got these rows, want 4 and the last one as the current one\n%s", c)
	}
}

// A call of many attempts takes time in proportion to their number.
func TestManyAttemptsTakeLinearTime(t *testing.T) {
	growth.Linear(t, growth.Input{Name: "attempts", Make: func(n int) string { return strings.Repeat("x", n) }}, func(text string) {
		begins := &rttest.Layer{Name: "begins", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			for range len(text) / 16 {
				c.NextAttempt(layer.Retry)
			}
			return next.RoundTrip(req)
		}}
		rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), begins))
	})
}
