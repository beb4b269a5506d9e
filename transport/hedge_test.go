package transport_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// send hands req to next as the attempt a.
func send(a *transport.Attempt, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	return next.RoundTrip(req.WithContext(a.Context(req.Context())))
}

func TestTheWinnerOfAHedgeIsTheHeadline(t *testing.T) {
	hedge := &layer{"hedge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		resp, err := send(second, req, next)
		second.End(resp, err)
		first.End(nil, context.Canceled)
		return resp, err
	}}
	c := transport.CallOf(get(t.Context(), t, stack(answer(200, ""), pass("outer"), hedge, pass("inner"))))
	if head, _, _ := strings.Cut(c.String(), "\n"); !strings.Contains(head, "200 after 2 attempts") {
		t.Errorf("the ledger says:\n%s", c)
	}
	if a := c.Attempt(); a.Number() != 2 || a.Verdict() != transport.OK {
		t.Errorf("the call ends with row %d, %v", a.Number(), a.Verdict())
	}
}

// An attempt that is sent after its call has returned is still of that call.
func TestALateLoserBeginsNoCall(t *testing.T) {
	returned, done := make(chan struct{}), make(chan struct{})
	var loser *transport.Attempt
	hedge := &layer{"hedge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
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
	get(ctx, t, stack(base(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return response(r, 200, ""), nil
	}), pass("outer"), hedge, pass("inner")))
	close(returned)
	<-done
	if n := len(trace.Calls()); n != 1 {
		t.Errorf("%d calls in the trace, want 1:\n%s", n, trace)
	}
	if v := loser.Verdict(); v != transport.Canceled {
		t.Errorf("the loser is judged %v", v)
	}
}

// The loser is cancelled while it waits, with what the layers outside hold laid
// down; that is not given back a second time with the answer of the winner.
func TestAHedgeWonWhileTheFirstIsParked(t *testing.T) {
	outer := &slots{}
	hedge := &layer{"hedge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first, second := c.Attempt(), c.NextAttempt(transport.Hedge)
		_, err := send(first, req, next)
		first.End(nil, err)
		resp, err := send(second, req, next)
		second.End(resp, err)
		return resp, err
	}}
	wait := &layer{"wait", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if a := transport.AttemptFrom(req.Context()); a.Number() == 1 {
			a.Park()
			return transport.Refuse(req, context.Canceled)
		}
		return next.RoundTrip(req)
	}}
	read(t, get(t.Context(), t, stack(answer(200, "x"), outer.layer(), hedge, wait)))
	outer.want(t, "at the end", 0)
}
