// Stacks with a foreign round tripper in between: what third-party retries, hedges and caches do to
// the ledger and to holds.

package layer_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// between returns a foreign layer that does not call what is inside it.
func between(b rttest.Func) transport.Func {
	return func(http.RoundTripper) http.RoundTripper { return b }
}

func TestAnErrorWithAResponseIsReturnedAlone(t *testing.T) {
	closes := &rttest.CountingBody{}
	for name, body := range map[string]io.ReadCloser{"no body": nil, "body": closes} {
		sloppy := rttest.Func(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body, Request: r}, rttest.ErrBoom
		})
		for place, rt := range map[string]http.RoundTripper{
			"base":    rttest.Stack(sloppy, rttest.Pass("a")),
			"between": rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), between(sloppy), rttest.Pass("b")),
		} {
			if resp, err := rttest.Try(t.Context(), rt); resp != nil || !errors.Is(err, rttest.ErrBoom) {
				t.Errorf("%s, %s: got %v, %v, want the error alone", place, name, resp, err)
			}
		}
	}
	if closes.Closed != 2 {
		t.Errorf("closed %d bodies that no caller gets, want 2", closes.Closed)
	}
}

func TestWhatAForeignLayerLeavesNilIsFilledIn(t *testing.T) {
	cache := between(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	})
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), cache, rttest.Pass("b")))
	if resp.Body == nil || resp.Header == nil || layer.CallOf(resp) == nil {
		t.Errorf("nil left: body %v, header %v, call %v", resp.Body == nil, resp.Header == nil, layer.CallOf(resp) == nil)
	}
}

func TestEveryResponseOfAForeignRetryHasAClosedRow(t *testing.T) {
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, ""), rttest.Fail(rttest.ErrBoom), rttest.Respond(200, "")), rttest.Pass("a"), foreignRetry(3), rttest.Pass("b")))
	c := layer.CallOf(resp)
	want := []verdict.Verdict{verdict.Retryable, verdict.Retryable, verdict.OK}
	i := 0
	for a := range c.Attempts() {
		if i < len(want) && (!a.Ended() || a.Verdict() != want[i]) {
			t.Errorf("row %d: ended %v, verdict %v, want a closed row with %v", i+1, a.Ended(), a.Verdict(), want[i])
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d rows, want %d:\n%s", i, len(want), c)
	}
}

// What follows attempts by events learns of those that a foreign layer made, as well.
func TestTheAttemptsOfAForeignRetryAreEmitted(t *testing.T) {
	e := rttest.NewEvents(layer.AttemptEnd)
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, ""), rttest.Fail(rttest.ErrBoom), rttest.Respond(200, "")), e, foreignRetry(3), rttest.Pass("b")))
	rttest.Read(t, resp)
	seen := e.Seen()
	if len(seen) != 3 {
		t.Fatalf("%d events, want 3", len(seen))
	}
	i := 0
	for a := range layer.CallOf(resp).Attempts() {
		if seen[i].Attempt != a || !errors.Is(seen[i].Err, a.Err()) {
			t.Errorf("event %d is of attempt %d with %v, want %v", i+1, seen[i].Attempt.Number(), seen[i].Err, a.Err())
		}
		i++
	}
}

// foreignHedge sends twice, the second time after a while, and closes the later response.
func foreignHedge(after time.Duration) transport.Func {
	return func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			responses := make(chan *http.Response, 2)
			for i := range 2 {
				if i > 0 && after > 0 {
					time.Sleep(after)
				}
				go func() {
					resp, err := next.RoundTrip(req.Clone(req.Context()))
					if err != nil {
						resp = nil
					}
					responses <- resp
				}()
			}
			won, lost := <-responses, <-responses
			if won == nil || lost == nil {
				return nil, rttest.ErrBoom
			}
			_ = lost.Body.Close()
			return won, nil
		})
	}
}

// The slot of the response that is read is held until it has been read. The slot of
// the other one is released when that is closed.
func TestEachAttemptOfAForeignHedgeHasItsOwnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slotCounter{}
		slow := rttest.Func(func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Millisecond)
			return rttest.Response(r, 200, "x"), nil
		})
		rt := rttest.Stack(slow, rttest.Pass("outer"), foreignHedge(time.Millisecond), s.layer(), rttest.Pass("inner"))
		for range 10 {
			resp := rttest.Get(t.Context(), t, rt)
			s.want(t, "returned", 1)
			if got := rttest.Read(t, resp); got != "x" {
				t.Errorf("body %q, want x", got)
			}
			s.want(t, "read", 0)
			for a := range layer.CallOf(resp).Attempts() {
				if !a.Ended() {
					t.Errorf("row %d stays open", a.Number())
				}
			}
		}
	})
}

func TestConcurrentForeignHedgesEndEveryHold(t *testing.T) {
	s := &slotCounter{}
	rt := rttest.Stack(rttest.Respond(200, "x"), rttest.Pass("outer"), foreignHedge(0), s.layer(), rttest.Pass("inner"))
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			resp, err := rttest.Try(t.Context(), rt)
			if err != nil {
				t.Error(err)
				return
			}
			if got := rttest.Read(t, resp); got != "x" {
				t.Errorf("body %q", got)
			}
		})
	}
	wg.Wait()
	s.want(t, "at the end", 0)
}

// Within one attempt of a hedge a foreign retry sends twice. The hold of its second
// response lasts until that has been read.
func TestAForeignRetryInsideAHedgeHoldsUntilItsLastResponseIsRead(t *testing.T) {
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return send(c.NextAttempt(transport.Hedge), req, next)
	}}
	s := &slotCounter{}
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")), hedge, foreignRetry(2), s.layer()))
	s.want(t, "returned", 1)
	if got := rttest.Read(t, resp); got != "fine" {
		t.Errorf("body %q, want fine", got)
	}
	s.want(t, "read", 0)
}

func TestALayerThatIsOffDoesNotHideInnerOnesFromAForeignRetry(t *testing.T) {
	var h countingHold
	off := &rttest.Layer{Name: "off"}
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")), rttest.Pass("outer"), foreignRetry(3), off, off, holding(&h)))
	if n := layer.CallOf(resp).Count(); n != 2 {
		t.Errorf("%d rows, want one for each send", n)
	}
	if n := h.ends.Load(); n != 1 {
		t.Errorf("%d holds ended before the response is read, want that of the first send", n)
	}
	if got := rttest.Read(t, resp); got != "fine" || h.ends.Load() != 2 {
		t.Errorf("body %q, %d holds ended, want fine and 2", got, h.ends.Load())
	}
}

// A request that goes through several foreign layers is one request in each of them. A request that
// one of them sends again is another request for those inside it.
func TestARequestHasOneRowWhateverForeignLayersItGoesThrough(t *testing.T) {
	through := foreignRetry(1)
	for name, test := range map[string]struct {
		layers []transport.Layer
		sends  int
	}{
		"two decorators":         {[]transport.Layer{rttest.Pass("a"), through, rttest.Pass("b"), through, rttest.Pass("c")}, 1},
		"with a retry outside":   {[]transport.Layer{rttest.Retry(2), through, rttest.Pass("b"), through, rttest.Pass("c")}, 2},
		"with a retry between":   {[]transport.Layer{rttest.Pass("a"), through, rttest.Retry(2), through, rttest.Pass("c")}, 2},
		"with a retry inside":    {[]transport.Layer{rttest.Pass("a"), through, rttest.Pass("b"), through, rttest.Retry(2)}, 2},
		"two retries":            {[]transport.Layer{rttest.Pass("a"), foreignRetry(3), rttest.Pass("b"), foreignRetry(2), rttest.Pass("c")}, 5},
		"the outer one":          {[]transport.Layer{rttest.Pass("a"), foreignRetry(3), rttest.Pass("b"), through, rttest.Pass("c")}, 3},
		"the inner one":          {[]transport.Layer{rttest.Pass("a"), through, rttest.Pass("b"), foreignRetry(3), rttest.Pass("c")}, 3},
		"one around one of ours": {[]transport.Layer{rttest.Pass("a"), foreignRetry(2), rttest.Retry(2)}, 4},
		"and a slot in each":     {[]transport.Layer{rttest.Pass("a"), foreignRetry(2), rttest.Retry(2), (&slotCounter{}).layer()}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			var sent int
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				if sent++; sent == test.sends {
					return rttest.Response(req, http.StatusOK, ""), nil
				}
				return rttest.Response(req, http.StatusServiceUnavailable, ""), nil
			})
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, test.layers...))
			c := layer.CallOf(resp)
			if sent != test.sends || c.Count() != test.sends || resp.StatusCode != http.StatusOK || c.Attempt().Verdict() != verdict.OK {
				t.Errorf("sent %d times, want %d, with a row each, the last one ok\n%s", sent, test.sends, c)
			}
			for a := range c.Attempts() {
				if !a.Sent() || !a.Ended() {
					t.Errorf("row %d: sent %v, closed %v\n%s", a.Number(), a.Sent(), a.Ended(), c)
				}
			}
		})
	}
}

// The second request of a foreign hedge comes when a retry of ours inside it is at the second
// attempt of the first request. Nevertheless it has a row and a hold of its own.
func TestAHedgeBesideTheSecondAttemptOfAnInnerRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slotCounter{}
		first := true
		base := rttest.Func(func(r *http.Request) (*http.Response, error) {
			if first {
				first = false
				return rttest.Response(r, 503, ""), nil
			}
			time.Sleep(2 * time.Millisecond)
			return rttest.Response(r, 200, "x"), nil
		})
		rt := rttest.Stack(base, rttest.Pass("outer"), foreignHedge(time.Millisecond), rttest.Retry(2), s.layer(), rttest.Pass("inner"))
		resp := rttest.Get(t.Context(), t, rt)
		s.want(t, "returned", 1)
		if got := rttest.Read(t, resp); got != "x" {
			t.Errorf("body %q, want x", got)
		}
		s.want(t, "read", 0)
		if c := layer.CallOf(resp); c.Count() != 3 {
			t.Errorf("%d rows, want one for each send\n%s", c.Count(), c)
		}
	})
}

// A foreign layer may send again what one around it has already sent again. What is held for the
// first request moves to each further one, suspended or not.
func TestHoldsBehindTwoForeignRetries(t *testing.T) {
	for name, inner := range map[string][]transport.Layer{
		"of three attempts":             {foreignRetry(3)},
		"with a retry inside":           {foreignRetry(2), rttest.Retry(2)},
		"of three, with a retry inside": {foreignRetry(3), rttest.Retry(2)},
		"around another one":            {foreignRetry(2), rttest.Pass("c"), foreignRetry(3)},
	} {
		for _, fails := range []bool{false, true} {
			outer, tries, last := &slotCounter{}, 0, false
			wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				a := layer.AttemptFrom(req.Context())
				a.Suspend()
				outer.want(t, name+": suspended", 0)
				tries++
				if last = tries == 6; fails && !last {
					return layer.Reject(req, rttest.ErrBoom)
				}
				if err := a.Reacquire(req.Context()); err != nil {
					return layer.Reject(req, err)
				}
				outer.want(t, name+": sent", 1)
				return next.RoundTrip(req)
			}}
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				return rttest.Response(req, map[bool]int{true: http.StatusOK, false: http.StatusServiceUnavailable}[last], "x"), nil
			})
			layers := slices.Concat([]transport.Layer{outer.layer(), rttest.Pass("a"), foreignRetry(2), rttest.Pass("b")}, inner, []transport.Layer{wait})
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, layers...))
			if rttest.Read(t, resp); tries != 6 || layer.CallOf(resp).Count() != 6 {
				t.Errorf("%s: %d tries\n%s", name, tries, layer.CallOf(resp))
			}
			outer.want(t, name+": at the end", 0)
		}
	}
}
