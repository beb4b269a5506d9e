package layer_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
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
		a := c.Attempt()
		if a.AddWait(layer.Pause, time.Second); a.Waited() != 2*time.Second {
			t.Errorf("the last attempt waited %v, want 2s: one for quota, one for a pause", a.Waited())
		}
		if c.Wait(layer.Quota) != 3*time.Second {
			t.Errorf("the call waited %v for quota, want 3s", c.Wait(layer.Quota))
		}
	})
}

func TestOpenRowReadsAsZero(t *testing.T) {
	var during *layer.Attempt
	rt := rttest.Pass("a").Wrap(rttest.Func(func(r *http.Request) (*http.Response, error) {
		during = layer.AttemptFrom(r.Context())
		if during.Ended() || during.Verdict() != verdict.Unjudged || during.Status() != 0 || during.TimeToHeaders() != 0 || during.Waited() != 0 {
			t.Error("an open row shows figures")
		}
		return rttest.Response(r, 200, ""), nil
	}))
	rttest.Get(t.Context(), t, rt)
	if during.Status() != 200 {
		t.Errorf("status %d after the row closed, want 200", during.Status())
	}
}
