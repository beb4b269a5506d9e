package retry_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A habit is how an SDK sends a request again: the wait before the nth attempt of its
// own, and what it writes anew.
type habit struct {
	name  string
	wait  func(n int, resp *http.Response) time.Duration
	write func(req *http.Request, n int) *http.Request
	body  func(n int) string
}

func constant(d time.Duration) func(int, *http.Response) time.Duration {
	return func(int, *http.Response) time.Duration { return d }
}

// exponential doubles from 1 s to 30 s.
func exponential(n int, _ *http.Response) time.Duration {
	return min(time.Second<<(n-1), 30*time.Second)
}

func obeying(n int, resp *http.Response) time.Duration {
	if resp != nil {
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			return time.Duration(s) * time.Second
		}
	}
	return exponential(n, resp)
}

func setting(name string, value func(n int) string) func(*http.Request, int) *http.Request {
	return func(req *http.Request, n int) *http.Request {
		req.Header.Set(name, value(n))
		return req
	}
}

func random(int) string { return fmt.Sprintf("%032x", rand.Uint64()) }

// habits are those of the SDKs that were measured.
func habits() []habit {
	derived := func(req *http.Request, _ int) *http.Request {
		ctx, cancel := context.WithTimeout(req.Context(), time.Hour)
		context.AfterFunc(ctx, func() {})
		time.AfterFunc(time.Hour, cancel)
		return req.WithContext(ctx)
	}
	date := func(int) string { return time.Now().UTC().Format(http.TimeFormat) }
	return []habit{
		{name: "no wait"},
		{name: "0.1 s", wait: constant(100 * time.Millisecond)},
		{name: "1 s", wait: constant(time.Second)},
		{name: "a minute", wait: constant(time.Minute)},
		{name: "exponential to 30 s", wait: exponential},
		{name: "Retry-After obeyed", wait: obeying},
		{name: "new context", wait: exponential, write: derived},
		{name: "changed date", wait: exponential, write: setting("X-Ms-Date", date)},
		{name: "changed signature", wait: exponential, write: func(req *http.Request, n int) *http.Request {
			req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20261128, Signature="+random(n))
			return req
		}},
		{name: "changed signature of the URL", wait: exponential, write: func(req *http.Request, n int) *http.Request {
			req.URL.RawQuery = "part=7&X-Amz-Date=" + strconv.Itoa(n) + "&X-Amz-Signature=" + random(n)
			return req
		}},
		{name: "changed boundary", wait: exponential, write: func(req *http.Request, n int) *http.Request {
			req.Header.Set("Content-Type", "multipart/form-data; boundary="+random(n))
			return req
		}, body: random},
		{name: "random invocation id", wait: exponential, write: setting("Amz-Sdk-Invocation-Id", random)},
		{name: "random request id", wait: exponential, write: setting("X-Request-Id", random)},
		{name: "time left", wait: exponential, write: setting("X-Server-Timeout", func(n int) string { return strconv.Itoa(60 - n) })},
		{name: "trace", wait: exponential, write: setting("Traceparent", random)},
		{name: "Expect after a 503", wait: exponential, write: func(req *http.Request, n int) *http.Request {
			if n > 1 {
				req.Header.Set("Expect", "100-continue")
			}
			return req
		}, body: func(int) string { return "data" }},
	}
}

// call makes the attempts of an SDK. It builds a request for each, as most do.
func (h habit) call(t *testing.T, ctx context.Context, rt http.RoundTripper, theirs int) (resp *http.Response, err error) {
	t.Helper()
	for n := 1; n <= theirs; n++ {
		if n > 1 && h.wait != nil {
			time.Sleep(h.wait(n-1, resp))
		}
		finish(resp)
		var body io.Reader
		method := http.MethodGet
		if h.body != nil {
			body, method = strings.NewReader(h.body(n)), http.MethodPut
		}
		req := request(t, ctx, method, body)
		if h.write != nil {
			req = h.write(req, n)
		}
		resp, err = rt.RoundTrip(req)
		if err == nil && resp.StatusCode == http.StatusOK {
			break
		}
	}
	return resp, err
}

// Whatever an SDK does between its attempts, at most theirs + ours - 1 are sent; where
// repeats are rejected, ours alone in each 90 s. Where they are ignored, the product is.
func TestTheAttemptsOfAnSDKDoNotMultiply(t *testing.T) {
	for _, theirs := range []int{3, 11} {
		for _, fails := range []step{status(503), status(429), status(503, "Retry-After", "7"), fails(io.ErrUnexpectedEOF)} {
			for _, h := range habits() {
				synctest.Test(t, func(t *testing.T) {
					for _, repeats := range []retry.Repeats{retry.YieldToRepeats, retry.RejectRepeats, retry.IgnoreRepeats} {
						base := &script{steps: []step{fails}}
						rt := retry.New(retry.Policy{Repeats: repeats, Budget: retry.NoBudget()}).Wrap(base)
						ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
						from := time.Now()
						resp, _ := h.call(t, ctx, rt, theirs)
						finish(resp)
						cancel()
						want := map[retry.Repeats]int{retry.YieldToRepeats: theirs + 2, retry.RejectRepeats: 3 * (1 + int(time.Since(from)/(90*time.Second))), retry.IgnoreRepeats: 3 * theirs}[repeats]
						if len(base.sent) > want || len(base.sent) < 3 || repeats != retry.RejectRepeats && len(base.sent) != want {
							t.Errorf("%s, %d attempts, %d %v: %v: sent %d times, want %d", h.name, theirs, fails.status, fails.err, repeats, len(base.sent), want)
						}
					}
				})
			}
		}
	}
}

// A repeat is sent, and one that succeeds is what the SDK gets.
func TestARepeatThatSucceedsIsReturned(t *testing.T) {
	for _, h := range habits() {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503), status(503), status(503), status(503), {status: 200, body: "good"}}}
			resp, err := h.call(t, t.Context(), retry.New(retry.Policy{}).Wrap(base), 5)
			if err != nil || rttest.Read(t, resp) != "good" || len(base.sent) != 5 {
				t.Errorf("%s: %v after %d requests", h.name, err, len(base.sent))
			}
		})
	}
}
