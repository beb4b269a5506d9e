package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func TestPanicBelowClosesTheCall(t *testing.T) {
	var c *transport.Call
	var held holder
	l := &layer{"hold", func(call *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c = call
		a := call.Attempt()
		a.Hold(&held)
		defer a.Release(&held)
		return next.RoundTrip(req)
	}}
	rt := stack(base(func(*http.Request) (*http.Response, error) { panic("below") }), pass("a"), l)
	if v := panicOf(func() { get(t.Context(), t, rt) }); v != "below" {
		t.Errorf("panicked with %v", v)
	}
	if held.ends.Load() != 1 {
		t.Errorf("the hold ended %d times, want once", held.ends.Load())
	}
	// The context of the dead call must not swallow the next one.
	resp := get(c.Request().Context(), t, stack(answer(200, ""), pass("a")))
	if transport.CallOf(resp) == c {
		t.Error("a call joined one that panicked")
	}
}

func TestPanicBelowClosesTheRow(t *testing.T) {
	ctx, trace := transport.WithTrace(t.Context())
	rt := pass("a").Wrap(base(func(*http.Request) (*http.Response, error) { panic("below") }))
	if v := panicOf(func() { get(ctx, t, rt) }); v != "below" {
		t.Errorf("panicked with %v", v)
	}
	if a := trace.Calls()[0].Attempt(); !a.Ended() || a.Err() == nil || a.Verdict() != transport.Unjudged {
		t.Errorf("a dead call reads:\n%s", trace)
	}
}

// What a caller's function panics over is in nobody's hands any more: the body
// is closed for it, and what was held ends.
func TestPanicOfACheckOrObserverLeaksNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		expect   transport.Expect
		observer transport.Layer
	}{
		"check":                  {transport.Expect{Check: func(*http.Response) error { panic("mine") }}, pass("none")},
		"observer of an attempt": {transport.Expect{}, panicky(transport.AttemptEnd)},
		"observer of the call":   {transport.Expect{}, panicky(transport.CallEnd)},
	} {
		t.Run(name, func(t *testing.T) {
			var h holder
			b := &countingBody{Reader: strings.NewReader("x")}
			rt := stack(carry(b), again(2), holding(&h), tc.observer)
			ctx := transport.With(t.Context(), tc.expect)
			if v := panicOf(func() { get(ctx, t, rt) }); v != "mine" {
				t.Errorf("panicked with %v", v)
			}
			if h.ends.Load() != 1 || b.closed != 1 {
				t.Errorf("hold ended %d times, body closed %d times, want once each", h.ends.Load(), b.closed)
			}
		})
	}
}

// panicky is an observer that panics over what it wants.
type panicky transport.Kind

func (p panicky) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("panicky", p, next, nil)
}
func (p panicky) Wants() transport.Kind { return transport.Kind(p) }
func (panicky) Observe(transport.Event) { panic("mine") }
