package layer_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestLedgerOfARetriedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(status int, d time.Duration) rttest.Func {
			return func(r *http.Request) (*http.Response, error) {
				time.Sleep(d)
				return rttest.Response(r, status, "hello"), nil
			}
		}
		wait := &rttest.Layer{Name: "wait", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			time.Sleep(time.Second)
			layer.AttemptFrom(req.Context()).AddWait(layer.Quota, time.Second)
			return next.RoundTrip(req)
		}}
		rt := rttest.Stack(rttest.Sequence(slow(503, 10*time.Millisecond), rttest.Fail(rttest.ErrBoom), slow(200, 30*time.Millisecond)), rttest.Retry(3), wait)
		resp := rttest.Get(t.Context(), t, rt)
		time.Sleep(5 * time.Millisecond)
		rttest.Read(t, resp)

		c := layer.CallOf(resp)
		type row struct {
			n       int
			cause   layer.Cause
			v       verdict.Verdict
			status  int
			err     error
			quota   time.Duration
			headers time.Duration
			body    time.Duration
			bytes   int64
		}
		want := []row{
			{1, layer.First, verdict.Retryable, 503, nil, time.Second, 10 * time.Millisecond, 0, 5},
			{2, layer.Retry, verdict.Retryable, 0, rttest.ErrBoom, time.Second, 0, 0, 0},
			{3, layer.Retry, verdict.OK, 200, nil, time.Second, 30 * time.Millisecond, 5 * time.Millisecond, 5},
		}
		i := 0
		for a := range c.Attempts() {
			got := row{a.Number(), a.Cause(), a.Verdict(), a.Status(), a.Err(), a.Wait(layer.Quota), a.TimeToHeaders(), a.BodyTime(), a.Bytes()}
			if got != want[i] {
				t.Errorf("row %d = %+v, want %+v", i+1, got, want[i])
			}
			if !a.Sent() || !a.Ended() {
				t.Errorf("row %d: sent %v, ended %v", i+1, a.Sent(), a.Ended())
			}
			i++
		}
		if i != 3 || c.Count() != 3 {
			t.Errorf("%d rows, Count %d, want 3", i, c.Count())
		}
		if c.Wait(layer.Quota) != 3*time.Second {
			t.Errorf("waited %v in all", c.Wait(layer.Quota))
		}
	})
}

func TestOpenRowReadsAsZero(t *testing.T) {
	var during *layer.Attempt
	rt := rttest.Pass("a").Wrap(rttest.Func(func(r *http.Request) (*http.Response, error) {
		during = layer.AttemptFrom(r.Context())
		if during.Ended() || during.Verdict() != verdict.Unjudged || during.Status() != 0 || during.TimeToHeaders() != 0 {
			t.Error("a running attempt shows figures")
		}
		return rttest.Response(r, 200, ""), nil
	}))
	rttest.Get(t.Context(), t, rt)
	if during.Status() != 200 {
		t.Errorf("status %d after the end", during.Status())
	}
}

func TestFirstEndStands(t *testing.T) {
	judge := &rttest.Layer{Name: "judge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(nil, rttest.ErrBoom)
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, judge.Wrap(rttest.Respond(200, "")))
	if a := layer.AttemptOf(resp); !errors.Is(a.Err(), rttest.ErrBoom) || a.Status() != 0 {
		t.Errorf("a later End replaced the first: %v %d", a.Err(), a.Status())
	}
}

// Two attempts of a hedge: each has its own row, body and context, and the
// response leads to the winner's.
func TestConcurrentAttempts(t *testing.T) {
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
			if rttest.Read(t, resp) != "x" {
				t.Error("wrong body")
			}
			if a.Call() != c || a.Notes() != "seen" {
				t.Errorf("the response leads to row %v", a.Number())
			}
			for a := range c.Attempts() {
				if a.Notes() != "seen" {
					t.Errorf("row %d has the notes %q: attempts were mixed up", a.Number(), a.Notes())
				}
			}
			_ = c.String()
		})
	}
	wg.Wait()
}

func TestTakeHintHasOneOwner(t *testing.T) {
	var got []bool
	rt := (&rttest.Layer{Name: "a", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		got = append(got, c.Attempt().TakeHint(), c.Attempt().TakeHint())
		return resp, err
	}}).Wrap(rttest.Respond(429, ""))
	rttest.Get(t.Context(), t, rt)
	if !got[0] || got[1] {
		t.Errorf("claims = %v, want true, false", got)
	}
}

func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("allocations are counted without the race detector")
	}
	ctx := context.Background()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things", nil)
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}
	b := rttest.Func(func(r *http.Request) (*http.Response, error) {
		resp.Request = r
		return resp, nil
	})
	hold := func(name string) *rttest.Layer {
		h := new(holder)
		return &rttest.Layer{Name: name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a := c.Attempt()
			a.Hold(h)
			resp, err := next.RoundTrip(req)
			if err != nil {
				a.Release(h)
			} else {
				a.Own(resp, h)
			}
			return resp, err
		}}
	}
	for name, tc := range map[string]struct {
		layers []transport.Layer
		want   float64
	}{
		"bare":                {nil, 0},
		"off":                 {[]transport.Layer{&rttest.Layer{Name: "off"}}, 0},
		"one":                 {[]transport.Layer{rttest.Pass("a")}, 1},
		"seven":               {[]transport.Layer{rttest.Pass("a"), rttest.Pass("b"), rttest.Retry(3), hold("c"), hold("d"), rttest.Pass("e"), rttest.Pass("f")}, 1},
		"control: three hold": {[]transport.Layer{hold("c"), hold("d"), hold("e")}, 3},
	} {
		rt := rttest.Stack(b, tc.layers...)
		got := testing.AllocsPerRun(200, func() {
			r, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
		})
		if got != tc.want {
			t.Errorf("%s: %v allocations, want %v", name, got, tc.want)
		}
	}
}
