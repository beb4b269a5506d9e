// Attempts that run beside each other: the rows, contexts and holds of a hedge.

package layer_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// send hands req to next as the attempt a.
func send(a *layer.Attempt, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	return next.RoundTrip(req.WithContext(a.Context(req.Context())))
}

func TestTheWinnerOfAHedgeIsTheOutcomeOfTheCall(t *testing.T) {
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		resp, err := send(second, req, next)
		second.End(resp, err)
		first.End(nil, context.Canceled)
		return resp, err
	}}
	c := layer.CallOf(rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("outer"), hedge, rttest.Pass("inner"))))
	if head, _, _ := strings.Cut(c.String(), "\n"); !strings.Contains(head, "200 after 2 attempts") {
		t.Errorf("the first line does not say 200 after 2 attempts:\n%s", c)
	}
	if a := c.Attempt(); a.Number() != 2 || a.Verdict() != verdict.OK {
		t.Errorf("the call ends with row %d, %v, want row 2, ok", a.Number(), a.Verdict())
	}
}

func TestAnAttemptSentAfterItsCallReturnedBelongsToThatCall(t *testing.T) {
	returned, done := make(chan struct{}), make(chan struct{})
	var loser *layer.Attempt
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		loser = c.NextAttempt(transport.Hedge)
		ctx, cancel := context.WithCancel(req.Context())
		late := req.WithContext(ctx)
		go func() {
			defer close(done)
			<-returned
			_, err := send(loser, late, next)
			loser.End(nil, err)
		}()
		resp, err := next.RoundTrip(req)
		cancel()
		return resp, err
	}}
	ctx, trace := transport.WithTrace(t.Context())
	rttest.Get(ctx, t, rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return rttest.Response(r, 200, ""), nil
	}), rttest.Pass("outer"), hedge, rttest.Pass("inner")))
	close(returned)
	<-done
	if n := len(trace.Calls()); n != 1 {
		t.Errorf("%d calls in the trace, want 1:\n%s", n, trace)
	}
	if v := loser.Verdict(); v != verdict.Canceled {
		t.Errorf("the loser is judged %v, want canceled", v)
	}
	if !loser.Sent() {
		t.Error("the loser was handed to the base, and its row says that it was not sent")
	}
}

// The loser is canceled while it waits, with the holds of outer layers suspended. They are not
// released again with the response of the winner.
func TestAHoldEndsOnceWhenAHedgeWinsWhileTheFirstAttemptIsSuspended(t *testing.T) {
	outer := &slotCounter{}
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		_, err := send(first, req, next)
		first.End(nil, err)
		resp, err := send(second, req, next)
		second.End(resp, err)
		return resp, err
	}}
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if a := layer.AttemptFrom(req.Context()); a.Number() == 1 {
			a.Suspend()
			return layer.Reject(req, context.Canceled)
		}
		return next.RoundTrip(req)
	}}
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), outer.layer(), hedge, wait)))
	outer.want(t, "at the end", 0)
}

// The loser of a hedge releases what it holds while an outer layer begins the next attempt, to
// which the holds of the loser's row move. Each is released once.
func TestAHoldIsGivenBackOnceWhileItMoves(t *testing.T) {
	rt := rttest.Stack(rttest.Respond(200, ""), &rttest.Layer{Name: "retry", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		loser := c.Attempt()
		holds := make([]countingHold, 3) // the last one beyond the inline ones
		for i := range holds {
			loser.Hold(&holds[i])
		}
		var wg sync.WaitGroup
		for i := range holds {
			wg.Go(func() { loser.Release(&holds[i]) })
		}
		c.NextAttempt(transport.Retry)
		wg.Wait()
		for i := range holds {
			if n := holds[i].ends.Load(); n != 1 {
				t.Errorf("hold %d was given back %d times", i, n)
			}
		}
		return next.RoundTrip(req)
	}})
	for range 3000 {
		rttest.Get(t.Context(), t, rt)
	}
}

// One hold may stand for what several attempts hold, such as a slot of one limit. The attempt that
// follows the first has its hold, and the hedge in between has one of its own.
func TestAnAttemptEndsTheHoldThatIsItsOwn(t *testing.T) {
	var h countingHold
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		first.Hold(&h)
		second.Hold(&h)
		third := c.NextAttempt(transport.Retry)
		third.Suspend()
		first.Release(&h)
		if n := h.ends.Load(); n != 0 {
			t.Errorf("%d holds ended with the first attempt, whose hold is suspended in the third", n)
		}
		second.Release(&h)
		if n := h.ends.Load(); n != 1 {
			t.Errorf("%d holds ended, want that of the hedge", n)
		}
		return send(third, req, next)
	}}
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), hedge))
}

// A retry around a third-party hedge: each of four requests has one row with its own outcome, also
// if a loser returns when the next attempt is on its way.
func TestARetryAroundAForeignHedge(t *testing.T) {
	for name, layers := range map[string][]transport.Layer{
		"ours":                     {rttest.Retry(2)},
		"ours, with one between":   {rttest.Retry(2), rttest.Pass("between")},
		"foreign":                  {foreignRetry(2)},
		"foreign, one between":     {foreignRetry(2), rttest.Pass("between")},
		"foreign, foreign between": {foreignRetry(2), foreignRetry(1), rttest.Pass("between"), foreignRetry(1)},
	} {
		for _, late := range []time.Duration{0, 5 * time.Second} { // how long a request takes to notice that it is canceled
			t.Run(fmt.Sprintf("%s, late by %s", name, late), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var sent atomic.Int64
					base := rttest.Func(func(req *http.Request) (*http.Response, error) {
						switch sent.Add(1) {
						case 2:
							return rttest.Response(req, 503, "busy"), nil
						case 4:
							time.Sleep(10 * time.Second)
							return rttest.Response(req, 200, "x"), nil
						}
						<-req.Context().Done()
						time.Sleep(late)
						return nil, req.Context().Err()
					})
					s := &slotCounter{}
					layers := slices.Concat([]transport.Layer{rttest.Pass("outer")}, layers, []transport.Layer{rttest.Hedge(time.Second), s.layer(), rttest.Pass("inner")})
					resp := rttest.Get(ctx, t, rttest.Stack(base, layers...))
					c := layer.CallOf(resp)
					if a := layer.AttemptOf(resp); a.Number() != 4 || c.Attempt() != a {
						t.Errorf("the response is that of attempt %d, the current one is %d", a.Number(), c.Attempt().Number())
					}
					time.Sleep(time.Minute)
					s.want(t, "returned", 1)
					rttest.Read(t, resp)
					s.want(t, "read", 0)
					rttest.WantAttempts(t, c, verdict.Canceled, verdict.Retryable, verdict.Canceled, verdict.OK)
				})
			})
		}
	}
}

// The loser of a hedge returns a response, unnoticed, when the next attempt is on its way. It ends
// with the row and the slot of its own request.
func TestTheResponseOfALoserBelongsToItsOwnRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch sent.Add(1) {
			case 1:
				time.Sleep(1500 * time.Millisecond)
				return rttest.Response(req, 404, "late"), nil
			case 2:
				return rttest.Response(req, 503, "busy"), nil
			}
			time.Sleep(900 * time.Millisecond)
			return rttest.Response(req, 200, "x"), nil
		})
		s := &slotCounter{}
		resp := rttest.Get(ctx, t, rttest.Stack(base, rttest.Retry(2), rttest.Hedge(time.Second), s.layer(), rttest.Pass("inner")))
		s.want(t, "returned", 1)
		if a := layer.AttemptOf(resp); a.Number() != 3 || a.Status() != 200 {
			t.Errorf("the response is that of attempt %d with the status %d, want 3 and 200", a.Number(), a.Status())
		}
		if got := rttest.Read(t, resp); got != "x" {
			t.Errorf("body %q, want x", got)
		}
		s.want(t, "read", 0)
		time.Sleep(time.Minute)
		c := layer.CallOf(resp)
		for a := range c.Attempts() {
			if want := map[int]int{1: 404, 2: 503, 3: 200}[a.Number()]; want != 0 && a.Status() != want {
				t.Errorf("attempt %d has the status %d, want %d\n%s", a.Number(), a.Status(), want, c)
			}
		}
	})
}

// What the loser of a hedge still does when the call has returned, such as its next attempt, is not
// the outcome.
func TestTheOutcomeOfACallStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch sent.Add(1) {
			case 1: // is drained while the other response arrives
				time.Sleep(2 * time.Second)
				resp := rttest.Response(req, 503, "")
				resp.Body, _ = io.Pipe()
				return resp, nil
			case 2:
				time.Sleep(1010 * time.Millisecond)
				return rttest.Response(req, 200, ""), nil
			}
			return nil, rttest.ErrBoom
		})
		resp := rttest.Get(ctx, t, rttest.Stack(base, rttest.Pass("outer"), rttest.Hedge(time.Second), rttest.Retry(2)))
		time.Sleep(time.Hour)
		c := layer.CallOf(resp)
		if c.Attempt() != layer.AttemptOf(resp) || c.Attempt().Verdict() != verdict.OK {
			t.Errorf("the outcome is that of attempt %d, want that of the response", c.Attempt().Number())
		}
		rttest.WantAttempts(t, c, verdict.Retryable, verdict.OK, verdict.Retryable)
	})
}

// The loser of a hedge that does not notice its cancel returns after the call. Its row has its own
// outcome.
func TestALoserThatReturnsAfterTheCallClosesItsRow(t *testing.T) {
	for name, layers := range map[string][]transport.Layer{"one": {rttest.Pass("inner")}, "with a retry": {rttest.Retry(2)}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var sent atomic.Int64
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				if sent.Add(1) == 1 {
					time.Sleep(time.Minute)
					return rttest.Response(req, 404, ""), nil
				}
				return rttest.Response(req, 200, ""), nil
			})
			layers := slices.Concat([]transport.Layer{rttest.Pass("outer"), rttest.Hedge(time.Second)}, layers)
			resp := rttest.Get(ctx, t, rttest.Stack(base, layers...))
			time.Sleep(time.Hour)
			c := layer.CallOf(resp)
			for a := range c.Attempts() {
				if want := map[int]int{1: 404, 2: 200}[a.Number()]; a.Status() != want || !a.Ended() {
					t.Errorf("%s: attempt %d has the status %d, want %d\n%s", name, a.Number(), a.Status(), want, c)
				}
			}
		})
	}
}
