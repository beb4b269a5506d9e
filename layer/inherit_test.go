package layer_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// What the loser of a hedge still holds inside the hedge stays with it. The next attempt has what is
// held outside of the retry, and suspends and releases that alone.
func TestTheNextAttemptHasWhatIsHeldOutsideAlone(t *testing.T) {
	for name, test := range map[string]struct {
		outer, inner int               // the layers that hold something, outside and inside
		between      []transport.Layer // around the hedge
	}{
		"inside":             {0, 1, nil},
		"both":               {1, 1, nil},
		"many":               {3, 3, nil},
		"many inside":        {1, 4, nil},
		"many outside":       {4, 1, nil},
		"with one between":   {1, 1, []transport.Layer{rttest.Pass("between")}},
		"with a foreign one": {1, 2, []transport.Layer{rttest.Pass("a"), foreignRetry(1), rttest.Pass("b")}},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			base, sent := rttest.FailsBesideALoser()
			outer, inner := make([]*slotCounter, test.outer), make([]*slotCounter, test.inner)
			want := func(when string, outside, inside int64) {
				t.Helper()
				for _, s := range outer {
					s.want(t, name+", outer: "+when, outside)
				}
				for _, s := range inner {
					s.want(t, name+", inner: "+when, inside)
				}
			}
			waits := &rttest.Layer{Name: "waits", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				if a := layer.AttemptFrom(req.Context()); sent.Load() == 2 {
					want("before the wait", 1, 2)
					a.Suspend()
					want("during the wait", 0, 1)
					if err := a.Reacquire(req.Context()); err != nil {
						return layer.Reject(req, err)
					}
					want("after the wait", 1, 2)
				}
				return next.RoundTrip(req)
			}}
			stack := make([]transport.Layer, 0, 16)
			for i := range outer {
				outer[i] = &slotCounter{}
				stack = append(stack, outer[i].layer())
			}
			stack = slices.Concat(stack, []transport.Layer{rttest.Retry(2)}, test.between, []transport.Layer{rttest.Hedge(time.Second)})
			for i := range inner {
				inner[i] = &slotCounter{}
				stack = append(stack, inner[i].layer())
			}
			resp := rttest.Get(ctx, t, rttest.Stack(base, append(stack, waits)...))
			want("returned", 1, 2)
			rttest.Read(t, resp)
			want("read", 0, 1)
			time.Sleep(time.Hour)
			want("at the end", 0, 0)
		})
	}
}

// The next attempt takes over what is being suspended: it holds that, or it has suspended it.
func TestAHoldThatMovesWhileItIsSuspended(t *testing.T) {
	for _, holds := range []int{1, 3} { // the last ones beyond the inline ones
		for range 3000 {
			outer := make([]*slotCounter, holds)
			layers := make([]transport.Layer, holds, holds+1)
			for i := range outer {
				outer[i] = &slotCounter{}
				layers[i] = outer[i].layer()
			}
			moves := &rttest.Layer{Name: "moves", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				loser := c.Attempt()
				var wg sync.WaitGroup
				wg.Go(loser.Suspend)
				following := c.NextAttempt(transport.Retry)
				wg.Wait()
				if err := following.Reacquire(req.Context()); err != nil {
					return nil, err
				}
				return next.RoundTrip(req)
			}}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), append(layers, moves, rttest.Pass("inner"))...))
			rttest.Read(t, resp)
			for _, s := range outer {
				if s.want(t, "at the end", 0); t.Failed() {
					return
				}
			}
		}
	}
}

// The next attempt takes over what is being reacquired: it holds that, or it has suspended it.
func TestAHoldThatMovesWhileItIsReacquired(t *testing.T) {
	for _, holds := range []int{1, 3} { // the last ones beyond the inline ones
		for range 3000 {
			outer := make([]*slotCounter, holds)
			layers := make([]transport.Layer, holds, holds+1)
			for i := range outer {
				outer[i] = &slotCounter{}
				layers[i] = outer[i].layer()
			}
			var wg sync.WaitGroup
			moves := &rttest.Layer{Name: "moves", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				loser := c.Attempt()
				loser.Suspend()
				wg.Go(func() { _ = loser.Reacquire(req.Context()) })
				c.NextAttempt(transport.Retry)
				return next.RoundTrip(req)
			}}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), append(layers, moves, rttest.Pass("inner"))...))
			wg.Wait()
			rttest.Read(t, resp)
			for _, s := range outer {
				if s.want(t, "at the end", 0); t.Failed() {
					return
				}
			}
		}
	}
}

// A slot of a limit stands for itself, so that of the next attempt is equal to that of the loser. Each
// ends its own, also if an inner layer has made an attempt that follows that of the loser.
func TestALoserEndsItsOwnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := &slotCounter{}
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			switch layer.AttemptFrom(req.Context()).Number() {
			case 1: // that of the loser
				time.Sleep(10 * time.Second)
			case 3, 4: // the next attempt, and the request of the hedge beside it
				time.Sleep(time.Minute)
			}
			return nil, rttest.ErrBoom
		})
		again := &rttest.Layer{Name: "again", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if a := layer.AttemptFrom(req.Context()); a.Number() == 1 {
				following := c.Follow(req.Context())
				following.Suspend()
				slots.want(t, "during a wait of the loser, with both requests of the next attempt", 2)
				if err := following.Reacquire(req.Context()); err != nil {
					return nil, err
				}
				resp, err = next.RoundTrip(req.WithContext(following.Context(req.Context())))
				following.End(resp, err)
			}
			return resp, err
		}}
		ctx, trace := transport.WithTrace(t.Context())
		if _, err := rttest.Try(ctx, rttest.Stack(base, rttest.Retry(2), rttest.Hedge(time.Second), slots.layer(), again)); err == nil {
			t.Error("the call has no error")
		}
		time.Sleep(time.Hour)
		slots.want(t, "at the end", 0)
		for a := range trace.Calls()[0].Attempts() {
			if !a.Ended() {
				t.Errorf("row %d stays open\n%s", a.Number(), trace.Calls()[0])
			}
		}
	})
}

// A foreign layer may send a request after it has returned, when the next attempt has begun. That
// request has a row of its own, and the next attempt has its row and what is held for it.
func TestALateRequestIsNotTheNextAttempt(t *testing.T) {
	for name, around := range map[string][]transport.Layer{
		"the foreign layer alone": nil,
		"inside another":          {foreignRetry(1), rttest.Pass("between")},
	} {
		synctest.Test(t, func(t *testing.T) {
			outer, late := &slotCounter{}, make(chan struct{})
			var rows [2]*layer.Attempt // of the late request, and of the next attempt
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				a := layer.AttemptFrom(req.Context())
				if rows[0] == nil {
					rows[0] = a
					time.Sleep(time.Minute)
					return nil, rttest.ErrBoom
				}
				rows[1] = a
				a.Suspend()
				outer.want(t, name+": suspended", 0)
				if err := a.Reacquire(req.Context()); err != nil {
					return nil, err
				}
				return rttest.Response(req, 200, ""), nil
			})
			returnsFirst := transport.Func(func(next http.RoundTripper) http.RoundTripper {
				called := 0
				return rttest.Func(func(req *http.Request) (*http.Response, error) {
					if called++; called > 1 {
						return next.RoundTrip(req)
					}
					go func() {
						<-late
						_, _ = next.RoundTrip(req.Clone(req.Context()))
					}()
					return nil, rttest.ErrBoom
				})
			})
			begins := &rttest.Layer{Name: "begins", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				if c.Count() == 2 {
					close(late)
					synctest.Wait()
				}
				return next.RoundTrip(req)
			}}
			stack := slices.Concat([]transport.Layer{outer.layer()}, around, []transport.Layer{rttest.Retry(2), begins, returnsFirst, rttest.Pass("inner")})
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, stack...))
			c := layer.CallOf(resp)
			if rows[1] != c.Attempt() || rows[0] == rows[1] {
				t.Errorf("%s: the late request has row %d and the next attempt row %d\n%s", name, rows[0].Number(), rows[1].Number(), c)
			}
			rttest.Read(t, resp)
			time.Sleep(time.Hour)
			outer.want(t, name+": at the end", 0)
			for a := range c.Attempts() {
				if !a.Ended() {
					t.Errorf("%s: row %d stays open\n%s", name, a.Number(), c)
				}
			}
		})
	}
}

// Two stacks share their inner layers, and only one has a foreign layer around them. The attempts of the
// other one are not taken for requests that a foreign layer sends late.
func TestASharedLayerBesideAForeignOne(t *testing.T) {
	var sent atomic.Int64
	inner := rttest.Pass("inner").Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		return rttest.Response(req, []int{200, 503, 200}[sent.Add(1)-1], ""), nil
	}))
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Retry(2).Wrap(foreignRetry(1)(inner))))
	resp := rttest.Get(t.Context(), t, rttest.Retry(2).Wrap(inner))
	rttest.Read(t, resp)
	if c := layer.CallOf(resp); c.Count() != 2 || c.Attempt().Number() != 2 || c.Attempt().Status() != 200 {
		t.Errorf("got these rows, want a 503 and a 200\n%s", c)
	}
}
