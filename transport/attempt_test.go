package transport_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/transport"
)

func TestLedgerOfARetriedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(status int, d time.Duration) base {
			return func(r *http.Request) (*http.Response, error) {
				time.Sleep(d)
				return response(r, status, "hello"), nil
			}
		}
		wait := &layer{"wait", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			time.Sleep(time.Second)
			transport.AttemptFrom(req.Context()).Waited(transport.Quota, time.Second)
			return next.RoundTrip(req)
		}}
		rt := stack(script(slow(503, 10*time.Millisecond), fail(errBoom), slow(200, 30*time.Millisecond)), again(3), wait)
		resp := get(t.Context(), t, rt)
		time.Sleep(5 * time.Millisecond)
		read(t, resp)

		c := transport.CallOf(resp)
		type row struct {
			n       int
			cause   transport.Cause
			v       transport.Verdict
			status  int
			err     error
			quota   time.Duration
			headers time.Duration
			body    time.Duration
			bytes   int64
		}
		want := []row{
			{1, transport.First, transport.Retryable, 503, nil, time.Second, 10 * time.Millisecond, 0, 5},
			{2, transport.Retry, transport.Retryable, 0, errBoom, time.Second, 0, 0, 0},
			{3, transport.Retry, transport.OK, 200, nil, time.Second, 30 * time.Millisecond, 5 * time.Millisecond, 5},
		}
		i := 0
		for a := range c.Attempts() {
			got := row{a.Number(), a.Cause(), a.Verdict(), a.Status(), a.Err(), a.Wait(transport.Quota), a.Headers(), a.Body(), a.Bytes()}
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
		if c.Waited(transport.Quota) != 3*time.Second {
			t.Errorf("waited %v in all", c.Waited(transport.Quota))
		}
	})
}

func TestOpenRowReadsAsZero(t *testing.T) {
	var during *transport.Attempt
	rt := pass("a").Wrap(base(func(r *http.Request) (*http.Response, error) {
		during = transport.AttemptFrom(r.Context())
		if during.Ended() || during.Verdict() != transport.Unjudged || during.Status() != 0 || during.Headers() != 0 {
			t.Error("a running attempt shows figures")
		}
		return response(r, 200, ""), nil
	}))
	get(t.Context(), t, rt)
	if during.Status() != 200 {
		t.Errorf("status %d after the end", during.Status())
	}
}

func TestFirstEndStands(t *testing.T) {
	judge := &layer{"judge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		c.Attempt().End(nil, errBoom)
		return resp, err
	}}
	resp := get(t.Context(), t, judge.Wrap(answer(200, "")))
	if a := transport.AttemptOf(resp); !errors.Is(a.Err(), errBoom) || a.Status() != 0 {
		t.Errorf("a later End replaced the first: %v %d", a.Err(), a.Status())
	}
}

// Two attempts of a hedge: each has its own row, body and context, and the
// response leads to the winner's.
func TestConcurrentAttempts(t *testing.T) {
	hedge := &layer{"hedge", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		type outcome struct {
			resp *http.Response
			err  error
		}
		won := make(chan outcome, 2)
		ctx, cancel := context.WithCancel(req.Context())
		run := func(a *transport.Attempt) {
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
			transport.Drain(loser.resp)
		}
		return w.resp, w.err
	}}
	inside := &layer{"inside", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := transport.AttemptFrom(req.Context())
		a.Note("seen")
		return next.RoundTrip(req)
	}}
	rt := stack(answer(200, "x"), pass("outer"), hedge, inside)
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			resp := get(t.Context(), t, rt)
			c, a := transport.CallOf(resp), transport.AttemptOf(resp)
			if read(t, resp) != "x" {
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
	rt := (&layer{"a", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		got = append(got, c.Attempt().TakeHint(), c.Attempt().TakeHint())
		return resp, err
	}}).Wrap(answer(429, ""))
	get(t.Context(), t, rt)
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
	b := base(func(r *http.Request) (*http.Response, error) {
		resp.Request = r
		return resp, nil
	})
	hold := func(name string) *layer {
		h := new(holder)
		return &layer{name, func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
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
		"off":                 {[]transport.Layer{&layer{"off", nil}}, 0},
		"one":                 {[]transport.Layer{pass("a")}, 1},
		"seven":               {[]transport.Layer{pass("a"), pass("b"), again(3), hold("c"), hold("d"), pass("e"), pass("f")}, 1},
		"control: three hold": {[]transport.Layer{hold("c"), hold("d"), hold("e")}, 3},
	} {
		rt := stack(b, tc.layers...)
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
