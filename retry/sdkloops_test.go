package retry_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A habit is how an SDK sends a request again: the wait before its nth attempt, and what it changes
// in the request.
type habit struct {
	name     string
	attempts int // of the SDK with this habit, 0 for 3 and 11
	wait     func(n int, resp *http.Response) time.Duration
	write    func(req *http.Request, n int) *http.Request
	body     func(n int) string
	same     bool // the same request is sent again
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

// timed gives each attempt a context of its own with a time limit.
func timed(req *http.Request, _ int) *http.Request {
	ctx, cancel := context.WithTimeout(req.Context(), 24*time.Hour)
	context.AfterFunc(ctx, cancel)
	return req.WithContext(ctx)
}

func both(a, b func(*http.Request, int) *http.Request) func(*http.Request, int) *http.Request {
	return func(req *http.Request, n int) *http.Request { return b(a(req, n), n) }
}

// another sends each attempt to another host, by the URL of the request itself.
func another(req *http.Request, n int) *http.Request {
	req.URL.Host = fmt.Sprintf("host%d.test", n)
	return req
}

func random(int) string { return fmt.Sprintf("%032x", rand.Uint64()) }

// habits returns the habits of the SDKs that were measured: first those that they have in common,
// then those of single SDKs.
func habits() []habit {
	date := func(int) string { return time.Now().UTC().Format(http.TimeFormat) }
	data := func(int) string { return "data" }
	signed := func(req *http.Request, n int) *http.Request {
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20261128, Signature="+random(n))
		req.Header.Set("X-Amz-Date", date(n))
		return req
	}
	return []habit{
		{name: "no wait"},
		{name: "0.1 s", wait: constant(100 * time.Millisecond)},
		{name: "1 s", wait: constant(time.Second)},
		{name: "a minute", wait: constant(time.Minute)},
		{name: "exponential to 30 s", wait: exponential},
		{name: "Retry-After obeyed", wait: obeying},
		{name: "new context", wait: exponential, write: timed},
		{name: "changed date", wait: exponential, write: setting("X-Ms-Date", date)},
		{name: "changed signature", wait: exponential, write: signed},
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
		{name: "a header that nobody knows, in one context", wait: exponential, write: setting("X-Whim", random)},
		{name: "another host", wait: exponential, write: both(another, timed), same: true},

		{name: "openai", attempts: 3, wait: obeying, write: both(timed, setting("X-Stainless-Retry-Count", func(n int) string { return strconv.Itoa(n - 1) }))},
		{name: "cloudflare", attempts: 11, wait: obeying, write: both(timed, setting("X-Stainless-Retry-Count", func(n int) string { return strconv.Itoa(n - 1) }))},
		{name: "s3", attempts: 3, wait: constant(300 * time.Millisecond), write: both(signed, setting("Amz-Sdk-Request", func(n int) string { return fmt.Sprintf("attempt=%d; max=3", n) }))},
		{name: "minio", attempts: 10, wait: constant(500 * time.Millisecond), write: signed, body: data},
		{name: "client-go", attempts: 11, wait: obeying},
		{name: "azblob", attempts: 4, wait: exponential, same: true, body: data, write: func(req *http.Request, n int) *http.Request {
			if n > 1 {
				req.Header.Set("Expect", "100-continue")
			}
			req.Header.Set("Authorization", "SharedKey me:"+random(n))
			return setting("X-Ms-Date", date)(req, n)
		}},
		{name: "GCS", attempts: 9, wait: exponential, write: setting("X-Goog-Api-Client", func(n int) string { return "gl-go/1.26 gccl-attempt-count/" + strconv.Itoa(n) })},
		{name: "genai", attempts: 5, wait: exponential},
		{name: "vault", attempts: 3, wait: constant(time.Second), body: data},
		{name: "gitlab", attempts: 6, wait: constant(200 * time.Millisecond)},
		{name: "stripe", attempts: 3, wait: constant(time.Second), body: data, write: setting("Idempotency-Key", func(int) string { return "7c9e" })},
		{name: "hcloud", attempts: 6, wait: exponential},
		{name: "godo", attempts: 5, wait: obeying},
		{name: "elasticsearch", attempts: 4, same: true, write: another},
		{name: "meilisearch", attempts: 4, wait: constant(time.Second)},
		{name: "algolia", attempts: 4, same: true, write: both(another, timed)},
		{name: "datadog", attempts: 4, wait: exponential},
	}
}

// call makes the attempts of an SDK. Like most SDKs it builds a request for each.
func (h habit) call(t *testing.T, ctx context.Context, rt http.RoundTripper, theirs int) (resp *http.Response, err error) {
	t.Helper()
	var req *http.Request
	for n := 1; n <= theirs; n++ {
		if n > 1 && h.wait != nil {
			time.Sleep(h.wait(n-1, resp))
		}
		finish(resp)
		if n == 1 || !h.same {
			req = request(t, ctx, http.MethodGet, nil)
		}
		if h.body != nil {
			body := h.body(n)
			req.Method, req.Body, req.ContentLength = http.MethodPut, readCloser(body), int64(len(body))
			req.GetBody = func() (io.ReadCloser, error) { return readCloser(body), nil }
		}
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

// Whatever an SDK does between its attempts, at most theirs + ours - 1 are sent. If repeats are
// rejected, only ours are sent in each 90 s, except for requests that have a body without a key or
// go to another host. The control: if repeats are ignored, theirs * ours are sent.
func TestTheAttemptsOfAnSDKDoNotMultiply(t *testing.T) {
	for _, h := range habits() {
		for _, theirs := range map[bool][]int{true: {3, 11}, false: {h.attempts}}[h.attempts == 0] {
			for _, fails := range []step{status(503), status(429), status(503, "Retry-After", "7"), fails(io.ErrUnexpectedEOF)} {
				for _, repeats := range []retry.Repeats{retry.YieldToRepeats, retry.RejectRepeats, retry.IgnoreRepeats} {
					name := fmt.Sprintf("%s, %d attempts, %d %v, %v", h.name, theirs, fails.status, fails.err, repeats)
					synctest.Test(t, func(t *testing.T) { h.count(t, name, fails, theirs, repeats) })
				}
			}
		}
	}
}

func (h habit) count(t *testing.T, name string, fails step, theirs int, repeats retry.Repeats) {
	t.Helper()
	base := &script{steps: []step{fails}}
	rt := retry.New(retry.Policy{Repeats: repeats, Budget: retry.NoBudget()}).Wrap(base)
	ctx, cancel := context.WithCancel(t.Context())
	from := time.Now()
	resp, _ := h.call(t, ctx, rt, theirs)
	finish(resp)
	cancel()
	probe := request(t, ctx, http.MethodGet, nil)
	if h.write != nil {
		probe = h.write(probe, 2)
	}
	sum := theirs + 2
	least, most := sum, sum
	switch marks := retry.Marks(probe); {
	case repeats == retry.RejectRepeats:
		least, most = 3, 3*(1+int(time.Since(from)/(90*time.Second)))
		if h.body != nil && probe.Header.Get("Idempotency-Key") == "" || probe.URL.Host != "api.test" || probe.Header.Get("X-Whim") != "" {
			least, most = sum, sum
		}
	case repeats == retry.IgnoreRepeats && !marks:
		least, most = 3*theirs, 3*theirs
	}
	if got := len(base.sent); got < least || got > most {
		t.Errorf("%s: sent %d times, want %d to %d", name, got, least, most)
	}
}

// A repeat is sent, and if it succeeds the SDK gets its response.
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
