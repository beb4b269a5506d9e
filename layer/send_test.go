package layer_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A token fetch through a stack that begins no call is not taken for the attempt in
// whose context it is made.
func TestARequestThroughAnotherStackDoesNotCountAsSentByTheCall(t *testing.T) {
	tokens := (&rttest.Layer{Name: "off"}).Wrap(rttest.Respond(200, "token"))
	fetch := &rttest.Layer{Name: "fetch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		rttest.Get(req.Context(), t, tokens)
		if c.Attempt().Sent() {
			t.Error("the attempt counts as sent before it is")
		}
		return next.RoundTrip(req)
	}}
	a := layer.AttemptOf(rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), fetch, rttest.Pass("b"))))
	if a.Number() != 1 || !a.Sent() {
		t.Errorf("attempt %d, sent %v, want attempt 1, sent", a.Number(), a.Sent())
	}
}

func TestASloppyBaseIsPutRight(t *testing.T) {
	rt := rttest.Pass("a").Wrap(rttest.Func(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	}))
	resp := rttest.Get(t.Context(), t, rt)
	if resp.Body == nil || resp.Header == nil || resp.Request == nil {
		t.Errorf("nil left: body %v header %v request %v", resp.Body == nil, resp.Header == nil, resp.Request == nil)
	}
	for name, b := range map[string]rttest.Func{
		"neither": func(*http.Request) (*http.Response, error) { return nil, nil },
		"both": func(r *http.Request) (*http.Response, error) {
			return rttest.Response(r, 200, ""), rttest.ErrBoom
		},
	} {
		if resp, err := rttest.Try(t.Context(), rttest.Pass("a").Wrap(b)); resp != nil || err == nil {
			t.Errorf("%s: got %v, %v, want an error alone", name, resp, err)
		}
	}
}

// A foreign layer may be as careless. If its response comes with an error, what inner layers hold for it is released.
func TestASloppyForeignLayerIsPutRight(t *testing.T) {
	for name, sloppy := range map[string]func(*http.Response) (*http.Response, error){
		"neither": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close()
			return nil, nil
		},
		"both": func(resp *http.Response) (*http.Response, error) { return resp, rttest.ErrBoom },
		"nobody": func(resp *http.Response) (*http.Response, error) {
			_ = resp.Body.Close()
			return &http.Response{StatusCode: 200}, nil
		},
	} {
		inner, outer := rttest.NewSlots(1), rttest.NewSlots(1)
		foreign := transport.Func(func(next http.RoundTripper) http.RoundTripper {
			return rttest.Func(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				return sloppy(resp)
			})
		})
		trusts := &rttest.Layer{Name: "trusts", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			c.Attempt().Own(resp)
			return resp, nil
		}}
		resp, err := rttest.Try(t.Context(), rttest.Stack(rttest.Respond(200, "text"), outer, trusts, foreign, inner))
		if (resp != nil) != (name == "nobody") || (err == nil) != (name == "nobody") {
			t.Errorf("%s: got %v, %v", name, resp, err)
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
		if inner.Free() != 1 || outer.Free() != 1 {
			t.Errorf("%s: %d inner and %d outer slots are free, want all", name, inner.Free(), outer.Free())
		}
	}
}

// A hedge inside of a retry returns the error of one request while the other has not noticed its
// cancel. The next attempt has a row of its own, and what is held for the call is suspended when it
// waits.
func TestTheAttemptAfterAHedgeThatFailsBesideItsLoser(t *testing.T) {
	for name, layers := range map[string][]transport.Layer{
		"the hedge alone":  {rttest.Hedge(time.Second)},
		"with one between": {rttest.Pass("between"), rttest.Hedge(time.Second)},
		"with two between": {rttest.Hedge(time.Second), rttest.Pass("a"), foreignRetry(1), rttest.Pass("b")},
		"inside another":   {foreignRetry(1), rttest.Pass("a"), rttest.Hedge(time.Second)},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			base, sent := rttest.FailsBesideALoser()
			outer := &slotCounter{}
			waits := &rttest.Layer{Name: "waits", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				if a := layer.AttemptFrom(req.Context()); sent.Load() == 2 {
					a.Suspend()
					outer.want(t, name+": suspended", 0)
					if err := a.Reacquire(req.Context()); err != nil {
						return layer.Reject(req, err)
					}
				}
				return next.RoundTrip(req)
			}}
			stack := slices.Concat([]transport.Layer{outer.layer(), rttest.Retry(2)}, layers, []transport.Layer{waits})
			resp := rttest.Get(ctx, t, rttest.Stack(base, stack...))
			outer.want(t, name+": returned", 1)
			rttest.Read(t, resp)
			time.Sleep(time.Hour)
			outer.want(t, name+": read", 0)
			c := layer.CallOf(resp)
			if c.Count() != 3 {
				t.Errorf("%s: %d rows for three requests\n%s", name, c.Count(), c)
			}
			for a := range c.Attempts() {
				if !a.Ended() {
					t.Errorf("%s: row %d stays open\n%s", name, a.Number(), c)
				}
			}
		})
	}
}
