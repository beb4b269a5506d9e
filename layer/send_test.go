package layer_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
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

// following returns a layer that lets up to n attempts follow one that fails, as a retry does, or as one
// that sends a request with new credentials.
func following(n int) *rttest.Layer {
	return &rttest.Layer{Name: "following", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		for range n {
			a := layer.AttemptFrom(req.Context())
			if a.For(resp).End(resp, err); err == nil {
				break
			}
			a = c.Follow(req.Context())
			req = req.WithContext(a.Context(req.Context()))
			resp, err = next.RoundTrip(req)
		}
		layer.AttemptFrom(req.Context()).For(resp).End(resp, err)
		return resp, err
	}}
}

// A layer inside a foreign one makes an attempt, and a layer outside of it, which is inside another one,
// makes the next. That follows what the inner layer has made.
func TestAnAttemptFollowsThoseInsideAForeignLayer(t *testing.T) {
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
	ctx, trace := transport.WithTrace(t.Context())
	rt := rttest.Stack(base, outer.layer(), foreignRetry(1), following(2), foreignRetry(1), following(1), rttest.Pass("inner"))
	if _, err := rttest.Try(ctx, rt); err == nil {
		t.Error("the call has no error")
	}
	outer.want(t, "at the end", 0)
	if c := trace.Calls()[0]; c.Count() != 6 || c.Attempt().Number() != 6 {
		t.Errorf("got these rows, want 6 and the last one as the current one\n%s", c)
	}
}

// The loser of a hedge, which is inside another foreign layer, has had an attempt follow it before the
// hedge returns. What is held outside is then held for that one, and moves to the next attempt.
func TestTheNextAttemptHasWhatALoserHasMoved(t *testing.T) {
	for n := range 6 {
		synctest.Test(t, func(t *testing.T) {
			var sent atomic.Int64
			outer := make([]*slotCounter, n)
			layers := make([]transport.Layer, 0, 16)
			for i := range outer {
				outer[i] = &slotCounter{}
				layers = append(layers, outer[i].layer())
			}
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				switch sent.Add(1) {
				case 2: // the one that follows the loser
					time.Sleep(time.Minute)
				case 5: // the next attempt
					a := layer.AttemptFrom(req.Context())
					a.Suspend()
					for _, s := range outer {
						s.want(t, "suspended", 0)
					}
					if err := a.Reacquire(req.Context()); err != nil {
						return nil, err
					}
					return rttest.Response(req, 200, "x"), nil
				}
				return nil, rttest.ErrBoom
			})
			layers = append(layers, foreignRetry(1), following(1), rttest.Hedge(time.Second), following(1), rttest.Pass("inner"))
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, layers...))
			rttest.Read(t, resp)
			time.Sleep(time.Hour)
			for _, s := range outer {
				s.want(t, "at the end", 0)
			}
			for a := range layer.CallOf(resp).Attempts() {
				if !a.Ended() {
					t.Errorf("row %d stays open\n%s", a.Number(), layer.CallOf(resp))
				}
			}
		})
	}
}

// An attempt that follows the loser of a hedge is inside the hedge too. So what a foreign layer inside
// sends again for it has a row of its own, and the next attempt keeps what is held outside.
func TestAnAttemptThatFollowsALoserIsLeftBehindToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer := &slotCounter{}
		var sent atomic.Int64
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			a := layer.AttemptFrom(req.Context())
			switch sent.Add(1) {
			case 3: // it follows the first one
				time.Sleep(10 * time.Second)
			case 4, 5: // the second one of the hedge, and the next attempt
				return rttest.Response(req, 500, "x"), nil
			case 6:
				if a == a.Call().Attempt() {
					t.Errorf("row %d, of the loser, is the current one", a.Number())
				}
				a.Suspend()
				outer.want(t, "the loser waits", 1)
				if err := a.Reacquire(req.Context()); err != nil {
					return nil, err
				}
			}
			return nil, rttest.ErrBoom
		})
		slow := &rttest.Layer{Name: "slow", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if c.Attempt().Number() == 5 {
				time.Sleep(time.Minute)
			}
			return resp, err
		}}
		rt := rttest.Stack(base, outer.layer(), rttest.Retry(2), slow, rttest.Hedge(time.Second), following(1), foreignRetry(2), rttest.Pass("inner"))
		resp := rttest.Get(t.Context(), t, rt)
		c := layer.CallOf(resp)
		outer.want(t, "returned", 1)
		rttest.Read(t, resp)
		time.Sleep(time.Hour)
		outer.want(t, "at the end", 0)
		if c.Count() != 6 || c.Attempt().Number() != 5 {
			t.Errorf("got these rows, want 6 and row 5 as the current one\n%s", c)
		}
	})
}
