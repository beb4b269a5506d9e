package layer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestOnlyTheFirstEndCounts(t *testing.T) {
	judge := &rttest.Layer{Name: "judge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(nil, rttest.ErrBoom)
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, judge.Wrap(rttest.Respond(200, "")))
	if a := layer.AttemptOf(resp); !errors.Is(a.Err(), rttest.ErrBoom) || a.Status() != 0 {
		t.Errorf("a later End replaced the first: error %v, status %d", a.Err(), a.Status())
	}
}

// A layer outside of the one that closes rows may fail a call that has a response, or replace the
// response. Layers that are further outside judge that outcome.
func TestALaterEndJudgesAnotherOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		base    http.RoundTripper
		instead func(resp *http.Response, err error) (*http.Response, error)
		want    verdict.Verdict
	}{
		"the same response": {rttest.Respond(200, ""), func(r *http.Response, err error) (*http.Response, error) { return r, err }, verdict.OK},
		"the same error":    {rttest.Fail(rttest.ErrBoom), func(_ *http.Response, err error) (*http.Response, error) { return nil, fmt.Errorf("more: %w", err) }, verdict.Retryable},
		"the same error, of a type that cannot be compared": {rttest.Fail(rttest.Incomparable()), func(_ *http.Response, err error) (*http.Response, error) { return nil, err }, verdict.Retryable},
		"an error":      {rttest.Respond(200, ""), func(*http.Response, error) (*http.Response, error) { return nil, rttest.ErrBoom }, verdict.Retryable},
		"another error": {rttest.Fail(rttest.ErrBoom), func(*http.Response, error) (*http.Response, error) { return nil, context.Canceled }, verdict.Canceled},
		"another response": {rttest.Respond(503, ""), func(r *http.Response, _ error) (*http.Response, error) {
			return rttest.Response(r.Request, 200, ""), nil
		}, verdict.OK},
		"a response instead": {rttest.Fail(rttest.ErrBoom), func(*http.Response, error) (*http.Response, error) { return &http.Response{StatusCode: 404}, nil }, verdict.Permanent},
	} {
		var row, outer verdict.Verdict
		ends := &rttest.Layer{Name: "ends", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			row = c.Attempt().End(resp, err)
			return resp, err
		}}
		replaces := &rttest.Layer{Name: "replaces", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			return c.instead(next.RoundTrip(req))
		}}
		judges := &rttest.Layer{Name: "judges", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			a := c.Attempt()
			outer = a.End(resp, err)
			if a.Verdict() != row {
				t.Errorf("%s: the row changed from %v to %v", name, row, a.Verdict())
			}
			return resp, err
		}}
		_, _ = rttest.Try(t.Context(), rttest.Stack(c.base, judges, replaces, ends))
		if outer != c.want {
			t.Errorf("%s: verdict %v, want %v", name, outer, c.want)
		}
	}
}

func TestSetSends(t *testing.T) {
	for want, trip := range map[string]func(a *layer.Attempt){
		"": func(a *layer.Attempt) { layer.SetSends(a, 1) },
		"sent 2 times by the transport": func(a *layer.Attempt) {
			layer.SetSends(a, 0)
			layer.SetSends(a, 2)
			layer.SetSends(a, 2) // by another trace
		},
		"more": func(a *layer.Attempt) {
			a.AddNote("more")
			a.End(nil, rttest.ErrBoom)
			a.Call().NextAttempt(transport.Retry)
			layer.SetSends(a, 2)
		},
	} {
		var a *layer.Attempt
		rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), &rttest.Layer{Name: "sends", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a = c.Attempt()
			trip(a)
			return next.RoundTrip(req)
		}}))
		if got := a.Notes(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Two attempts of a hedge: each has a row, a body and a context of its own, and the response leads
// to the row of the winner.
func TestConcurrentAttemptsHaveRowsAndContextsOfTheirOwn(t *testing.T) {
	hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		type outcome struct {
			resp *http.Response
			err  error
		}
		won := make(chan outcome, 2)
		ctx, cancel := context.WithCancel(req.Context())
		run := func(a *layer.Attempt) {
			r := req.WithContext(a.Context(ctx))
			resp, err := next.RoundTrip(r)
			a.End(resp, err)
			if resp != nil {
				a.Own(resp)
			}
			won <- outcome{resp, err}
		}
		first := c.Attempt()
		second := c.NextAttempt(transport.Hedge)
		go run(first)
		go run(second)
		w, loser := <-won, <-won
		cancel()
		if loser.resp != nil {
			bodies.Drain(loser.resp)
		}
		return w.resp, w.err
	}}
	inside := &rttest.Layer{Name: "inside", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.AddNote("seen")
		return next.RoundTrip(req)
	}}
	rt := rttest.Stack(rttest.Respond(200, "x"), rttest.Pass("outer"), hedge, inside)
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			resp := rttest.Get(t.Context(), t, rt)
			c, a := layer.CallOf(resp), layer.AttemptOf(resp)
			if got := rttest.Read(t, resp); got != "x" {
				t.Errorf("body %q, want x", got)
			}
			if a.Call() != c || a.Notes() != "seen" {
				t.Errorf("the response leads to row %d of another call, or to one without a note: %q", a.Number(), a.Notes())
			}
			for a := range c.Attempts() {
				if a.Notes() != "seen" {
					t.Errorf("row %d has the notes %q, want one: attempts were mixed up", a.Number(), a.Notes())
				}
			}
			_ = c.String()
		})
	}
	wg.Wait()
}

func TestOnlyTheFirstTakeHintGetsTheHint(t *testing.T) {
	var got []bool
	rt := (&rttest.Layer{Name: "a", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		got = append(got, c.Attempt().TakeHint(), c.Attempt().TakeHint())
		return resp, err
	}}).Wrap(rttest.Respond(429, ""))
	rttest.Get(t.Context(), t, rt)
	if !got[0] || got[1] {
		t.Errorf("TakeHint returns %v, want true, false", got)
	}
}
