package retry_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/retry"
)

// Which requests repeat a GET or a PUT with a body, and which are others.
func TestWhichRequestsAreEqual(t *testing.T) {
	set := func(pairs ...string) func(*http.Request) {
		return func(req *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				req.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	query := func(q string) func(*http.Request) { return func(req *http.Request) { req.URL.RawQuery = q } }
	for _, c := range []struct {
		name          string
		first, second func(*http.Request)
		equal         bool
	}{
		{"nothing", nil, nil, true},
		{"method", nil, func(r *http.Request) { r.Method = http.MethodDelete }, false},
		{"no method is GET", func(r *http.Request) { r.Method = http.MethodGet }, func(r *http.Request) { r.Method = "" }, true},
		{"path", nil, func(r *http.Request) { r.URL.Path = "/things/8" }, false},
		{"escaped path", nil, func(r *http.Request) { r.URL.RawPath = "/things%2f7" }, false},
		{"scheme", nil, func(r *http.Request) { r.URL.Scheme = "https" }, false},
		{"host", nil, func(r *http.Request) { r.URL.Host = "b.test"; r.Host = "b.test" }, false},
		{"host header", nil, func(r *http.Request) { r.Host = "b.test" }, false},
		{"the same host", nil, func(r *http.Request) { r.URL.Host = "API.test:80" }, true},
		{"fragment", nil, func(r *http.Request) { r.URL.Fragment = "x" }, true},
		{"query", nil, query("key=8"), false},
		{"page", query("page=1"), query("page=2"), false},
		{"a date is asked for", query("date=1&id=7"), query("date=2&id=7"), false},
		{"a time is asked for", query("timestamp=1"), query("timestamp=2"), false},
		{"a signed URL", query("id=7&X-Amz-Date=1&X-Amz-Credential=k%2F1&X-Amz-Signature=a"), query("id=7&X-Amz-Date=2&X-Amz-Credential=k%2F2&X-Amz-Signature=b"), true},
		{"a signed URL of another", query("id=7&X-Amz-Signature=a"), query("id=8&X-Amz-Signature=b"), false},
		{"a shared access signature", query("comp=block&se=1&sig=a"), query("comp=block&se=2&sig=b"), true},
		{"OAuth 1", query("oauth_nonce=1&oauth_timestamp=1&oauth_signature=a"), query("oauth_nonce=2&oauth_timestamp=2&oauth_signature=b"), true},
		{"swapped", query("a=1&b=2"), query("a=2&b=1"), false},
		{"order of a query", query("a=1&b=2"), query("b=2&a=1"), true},

		{"a token", set("Authorization", "Bearer a"), set("Authorization", "Bearer b"), false},
		{"a password", set("Authorization", "Basic a"), set("Authorization", "Basic b"), false},
		{"a signature", set("Authorization", "SharedKey me:a"), set("Authorization", "SharedKey me:b"), true},
		{"another scheme", set("Authorization", "SharedKey me:a"), set("Authorization", "Bearer b"), false},
		{"a key", set("X-Api-Key", "a"), set("X-Api-Key", "b"), false},
		{"an idempotency key", set("Idempotency-Key", "a"), set("Idempotency-Key", "b"), false},
		{"a range", set("Range", "bytes=0-9"), set("Range", "bytes=10-19"), false},
		{"a condition", set("If-None-Match", `"a"`), set("If-None-Match", `"b"`), false},
		{"a target", set("X-Amz-Target", "Get"), set("X-Amz-Target", "Put"), false},
		{"a tenant", set("X-Tenant", "a"), set("X-Tenant", "b"), false},
		{"a tenant's id", set("X-Tenant-Id", "a"), set("X-Tenant-Id", "b"), false},
		{"a cookie", set("Cookie", "a=1"), set("Cookie", "a=2"), false},
		{"one header more", nil, set("X-Tenant", "b"), false},
		{"a media type", set("Content-Type", "text/plain"), set("Content-Type", "application/json"), false},
		{"a boundary", set("Content-Type", "multipart/form-data; boundary=a"), set("Content-Type", "multipart/form-data; boundary=b"), true},
		{"a date", set("X-Amz-Date", "1"), set("X-Amz-Date", "2"), true},
		{"a request id", set("X-Request-Id", "1"), set("X-Request-Id", "2"), true},
		{"a trace", set("Traceparent", "1"), set("Traceparent", "2"), true},
		{"a header in another case", set("X-Tenant", "a"), func(r *http.Request) { r.Header["x-tenant"] = []string{"a"} }, true},
		{"swapped headers", set("X-A", "1", "X-B", "2"), set("X-A", "2", "X-B", "1"), false},

		{"a longer body", nil, func(r *http.Request) { r.ContentLength = 5; r.Body = http.NoBody }, true},
		{"an unknown length", nil, func(r *http.Request) { r.ContentLength = -1; r.Body = readCloser("data") }, false},
		{"a length", func(r *http.Request) { r.ContentLength = 4; r.Body = readCloser("data") }, func(r *http.Request) { r.ContentLength = 5; r.Body = readCloser("datum") }, false},
		{"two bodies of a length", func(r *http.Request) { r.ContentLength = 4; r.Body = readCloser("data") }, func(r *http.Request) { r.ContentLength = 4; r.Body = readCloser("late") }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503)}}
			rt := retry.New(retry.Policy{Budget: retry.NoBudget()}).Wrap(base)
			for _, edit := range []func(*http.Request){c.first, c.second} {
				req := request(t, context.Background(), http.MethodGet, nil)
				if edit != nil {
					edit(req)
				}
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				finish(resp)
			}
			if got := len(base.sent) == 4; got != c.equal || !got && len(base.sent) != 6 {
				t.Errorf("%s: sent %d times, want %d", c.name, len(base.sent), map[bool]int{true: 4, false: 6}[c.equal])
			}
		})
	}
}

func readCloser(s string) *closer { return &closer{strings.NewReader(s)} }

type closer struct{ *strings.Reader }

func (*closer) Close() error { return nil }

// A worker makes the same request on behalf of many in one context. A request for another tenant
// does not repeat the one that failed.
func TestAnotherTenantInOneContextIsNoRepeat(t *testing.T) {
	for name, other := range map[string]bool{"X-Tenant-Id": true, "Stripe-Account": true, "X-Goog-User-Project": true, "Cookie": true, "X-Tc-Action": true, "X-Color": false} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503)}}
			rt := retry.New(retry.Policy{Budget: retry.NoBudget()}).Wrap(base)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for _, value := range []string{"a", "b"} {
				req := request(t, ctx, http.MethodGet, nil)
				req.Header.Set(name, value)
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				finish(resp)
			}
			if got := len(base.sent) == 6; got != other {
				t.Errorf("%s: sent %d times", name, len(base.sent))
			}
		})
	}
}
