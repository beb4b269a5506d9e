package layer_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestTheBodyOfA403OrA429IsRead(t *testing.T) {
	spent := `{"error":{"code":"insufficient_quota"}}`
	stays := verdict.LimitReader(func(resp *http.Response, body []byte) verdict.Limit {
		if resp.StatusCode == 403 && string(body) == "mine" {
			return verdict.LimitStays
		}
		return verdict.LimitUnknown
	})
	for name, test := range map[string]struct {
		status   int
		body     string
		override transport.Override
		want     verdict.Verdict
	}{
		"a spent purse":      {429, spent, nil, verdict.Permanent},
		"a quota":            {429, `{"error":{"code":"rate_limit_exceeded"}}`, nil, verdict.Throttled},
		"a secondary limit":  {403, "You have exceeded a secondary rate limit", nil, verdict.Throttled},
		"a right":            {403, "Forbidden", nil, verdict.Permanent},
		"the user's":         {403, "mine", stays, verdict.Permanent},
		"the table's behind": {403, "too many requests", stays, verdict.Throttled},
		"another status":     {503, spent, nil, verdict.Retryable},
		"accepted":           {429, spent, transport.Expect{Status: []int{429}}, verdict.OK},
		"no body":            {403, "", nil, verdict.Permanent},
	} {
		ctx, trace := transport.WithTrace(t.Context())
		if test.override != nil {
			ctx = test.override.Attach(ctx)
		}
		resp, err := rttest.Try(ctx, rttest.Pass("p").Wrap(rttest.Respond(test.status, test.body)))
		if err != nil {
			t.Fatal(err)
		}
		got := rttest.Read(t, resp)
		if v := trace.Calls()[0].Attempt().Verdict(); v != test.want || got != test.body {
			t.Errorf("%s: %v, body %q; want %v, %q", name, v, got, test.want, test.body)
		}
	}
}

// A layer that asks before the attempt ends gets the same result, and the body is read once.
func TestWhatTheBodySaysIsReadOnce(t *testing.T) {
	asked := 0
	count := verdict.LimitReader(func(*http.Response, []byte) verdict.Limit { asked++; return verdict.LimitStays })
	var got [2]verdict.Limit
	rt := layer.Wrap("test", nil, rttest.Respond(429, "x"), func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		for i := range got {
			got[i] = layer.LimitOf(c.Attempt(), resp)
		}
		return resp, err
	})
	resp, err := rttest.Try(transport.With(t.Context(), count), rt)
	if err != nil {
		t.Fatal(err)
	}
	if text := rttest.Read(t, resp); text != "x" || asked != 1 || got != [2]verdict.Limit{verdict.LimitStays, verdict.LimitStays} {
		t.Errorf("body %q, asked %d times, %v", text, asked, got)
	}
}

// A body that does not arrive delays nobody for longer than a second.
func TestReadingForALimitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		start := time.Now()
		resp, err := rttest.Try(t.Context(), rttest.Pass("p").Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp := rttest.Response(req, 403, "")
			resp.Body, resp.ContentLength = r, -1
			return resp, nil
		})))
		if d := time.Since(start); err != nil || d != time.Second {
			t.Errorf("%v after %v, want a response after 1s", err, d)
		}
		go func() {
			_, _ = io.WriteString(w, "late")
			_ = w.Close()
		}()
		if got := rttest.Read(t, resp); got != "late" {
			t.Errorf("the body has %q", got)
		}
	})
}

// A response that has come in time is not lost because its body is slow.
func TestTheStartOfABodyIsNotWaitedForUntilTheDeadline(t *testing.T) {
	for left, want := range map[time.Duration]time.Duration{time.Minute: time.Second, time.Second: time.Second / 2} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+left)
			defer cancel()
			body, w := io.Pipe()
			defer w.Close()
			resp := rttest.Get(ctx, t, rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				time.Sleep(10 * time.Second)
				resp := rttest.Response(req, 429, "")
				resp.Body, resp.ContentLength = body, -1
				return resp, nil
			}), rttest.NewEvents(layer.AttemptEnd)))
			if a := layer.AttemptOf(resp); a.Verdict() != verdict.Throttled {
				t.Errorf("with %v left: verdict %v", left, a.Verdict())
			}
			deadline, _ := ctx.Deadline()
			if waited := left - time.Until(deadline); waited != want {
				t.Errorf("with %v left: it waited for %v, want %v", left, waited, want)
			}
			_ = resp.Body.Close()
		})
	}
}
