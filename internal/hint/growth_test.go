package hint

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestEveryFunctionTakesTimeInProportionToTheHeaders(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	every := func(values []string) http.Header {
		h := http.Header{}
		for _, name := range []string{
			"Retry-After-Ms", "X-Ms-Retry-After-Ms", "Retry-After", "Date", "Ratelimit", "X-Ratelimit-Reset-After",
			"X-Ratelimit-Reset", "X-Rate-Limit-Reset", "Ratelimit-Reset", "X-Ratelimit-Reset-Requests", "X-Ratelimit-Remaining-Tokens",
		} {
			h[name] = values
		}
		for _, name := range []string{"X-Ratelimit-Remaining", "X-Rate-Limit-Remaining", "Ratelimit-Remaining", "X-Ratelimit-Remaining-Requests"} {
			h[name] = []string{"0"}
		}
		return h
	}
	read := func(h http.Header) { FromResponse(&http.Response{StatusCode: 429, Header: h}, now) }
	growth.Hostile(t, map[string]func(string){
		"values":          func(s string) { read(every([]string{s})) },
		"many values":     func(s string) { read(every(strings.Split(s, ","))) },
		"a quoted policy": func(s string) { read(every([]string{`"` + s})) },
		"a duration":      func(s string) { duration(s) },
		"a date":          func(s string) { read(every([]string{"Sun, 06 Nov 1994 08:49:37 GMT" + s})) },
		"a name":          func(s string) { read(http.Header{"X-Ratelimit-Reset" + s: {"1"}, "Retry-After" + s: {"1"}}) },
		"a body":          func(s string) { InBody([]byte(s)) },
		"accepted":        func(s string) { QuotaOf(&http.Response{StatusCode: 200, Header: every([]string{s})}, now) },
	})
	for _, in := range []growth.Input{
		growth.Between(`{"details":[`, `{"retry_after":1},`, `{}]}`),
		growth.Between(`{"retry_after":1`, "0", `}`),
	} {
		growth.Linear(t, in, func(s string) { InBody([]byte(s)) })
	}
}

// A server may repeat a field.
func TestManyDatesLookAtFewDateFields(t *testing.T) {
	const at = "Fri, 06 Nov 2026 08:49:37 GMT"
	for name, date := range map[string]string{"short": "x", "long": strings.Repeat("x", 10_000), "spaces": strings.Repeat(" ", 10_000)} {
		in := growth.Repeat(" ")
		in.Name = name
		growth.Linear(t, in, func(s string) {
			many := make([]string, len(s)/len(at))
			dates := make([]string, len(s)/len(date))
			for i := range many {
				many[i] = at
			}
			for i := range dates {
				dates[i] = date
			}
			h := http.Header{
				"Retry-After": many, "Date": dates,
				"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": many,
			}
			FromResponse(&http.Response{StatusCode: 429, Header: h}, time.Unix(1_700_000_000, 0))
		})
	}
}
