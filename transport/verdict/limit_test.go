package verdict_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport/verdict"
)

func TestReadLimit(t *testing.T) {
	const (
		unknown = verdict.LimitUnknown
		passes  = verdict.LimitPasses
		stays   = verdict.LimitStays
	)
	for _, tc := range []struct {
		status int
		body   string
		want   verdict.Limit
	}{
		{429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`, stays},
		{429, `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`, passes},
		{403, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes.","documentation_url":"x"}`, passes},
		{403, `{"message":"Resource not accessible by integration"}`, unknown},
		{403, `{"error":{"code":403,"errors":[{"domain":"usageLimits","reason":"userRateLimitExceeded"}]}}`, passes},
		{403, `{"error":{"code":403,"errors":[{"domain":"usageLimits","reason":"dailyLimitExceeded"}]}}`, stays},
		{403, `{"error":{"code":403,"errors":[{"domain":"global","reason":"insufficientPermissions"}]}}`, unknown},
		{429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}`, passes},
		{403, `{"__type":"ThrottlingException"}`, passes},
		{403, "Too many requests from this address", passes},
		{403, "<html>Forbidden</html>", unknown},
		{403, "<title>Too many requests</title>", unknown},
		{403, `{"message":"` + strings.Repeat("x", 600) + ` too many requests"}`, unknown},
		{403, `"too many requests"`, unknown},
		{429, "Too many requests", unknown},
		// What other people wrote says nothing about the server.
		{403, `<h1>Forbidden</h1> you may not edit the page "Why do I get Too Many Requests?"`, unknown},
		{403, `you may not edit the page "Why do I get Too Many Requests?"`, unknown},
		{403, "Forbidden. " + strings.Repeat("x", 600) + " too many requests", unknown},
		{403, `{"message":"no","page":{"title":"Too many requests"}}`, unknown},
		{403, `{"message":"you may not edit 'too many requests'"}`, unknown},
		{403, `{"error":{"message":"Rate limit exceeded"}}`, passes},
		{403, `{"errors":[{"message":"Too many requests"}]}`, passes},
		{403, `{"error":{"details":{"message":"Too many requests"}}}`, unknown},
		{403, `{"meta":{"error":{"code":"rateLimitExceeded"}}}`, passes},
		{429, `[{"code":"INSUFFICIENT_CREDITS"}]`, stays},
		{429, `{"code":["rate-limited","insufficient_quota"]}`, stays},
		{429, `{"code":"insufficient_quota"`, unknown}, // it was cut off
		{429, `{"name":"insufficient_quota"}`, unknown},
		{429, `{"code":"rate-limit.exceeded"}`, passes},
		{429, `{"code":"` + strings.Repeat("insufficient_quota ", 10) + `"}`, unknown},
		{429, "", unknown},
		{429, "null", unknown},
	} {
		resp := &http.Response{StatusCode: tc.status}
		if got := verdict.ReadLimit(resp, []byte(tc.body)); got != tc.want {
			t.Errorf("%d %s: %v, want %v", tc.status, tc.body, got, tc.want)
		}
	}
}

func TestALimitReaderIsAskedFirst(t *testing.T) {
	resp, body := &http.Response{StatusCode: 403}, []byte("too many requests")
	for want, r := range map[verdict.Limit]verdict.LimitReader{
		verdict.LimitPasses: nil,
		verdict.LimitStays:  func(*http.Response, []byte) verdict.Limit { return verdict.LimitStays },
	} {
		if got := r.Read(resp, body); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	unknown := verdict.LimitReader(func(*http.Response, []byte) verdict.Limit { return verdict.LimitUnknown })
	if got := unknown.Read(resp, body); got != verdict.LimitPasses {
		t.Errorf("%v of a reader that does not know, want that of the table", got)
	}
}

func FuzzReadLimit(f *testing.F) {
	for _, s := range []string{`{"error":{"code":"insufficient_quota"}}`, `[[[[`, `{"code":["x"]}`, "too many requests"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, status := range []int{403, 429} {
			if l := verdict.ReadLimit(&http.Response{StatusCode: status}, body); l > verdict.LimitStays {
				t.Errorf("%d", l)
			}
		}
	})
}
