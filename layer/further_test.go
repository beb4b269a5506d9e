package layer_test

import (
	"net/http"
	"testing"

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
