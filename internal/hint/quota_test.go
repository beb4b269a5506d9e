package hint

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestQuotaReadsTheDialects(t *testing.T) {
	const none = -1 * time.Nanosecond
	reset := func(v string) http.Header {
		return headers("X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", v)
	}
	unix := now.Unix()
	for _, test := range []struct {
		name string
		h    http.Header
		want time.Duration
	}{
		{"absent", nil, none},
		{"delta seconds", reset("30"), 30 * time.Second},
		{"fractional delta", reset("0.5"), 500 * time.Millisecond},
		{"zero", reset("0"), 0},
		{"large delta", reset("999999999"), Max},
		{"epoch seconds", reset(strconv.FormatInt(unix+90, 10)), 91 * time.Second},
		{"epoch with fraction", reset(strconv.FormatInt(unix+90, 10) + ".25"), 90*time.Second + 250*time.Millisecond + fraction},
		{"epoch milliseconds", reset(strconv.FormatInt((unix+90)*1000, 10)), 90*time.Second + fraction},
		{"epoch past", reset(strconv.FormatInt(unix-90, 10)), none},
		{"epoch with zeros before", reset("00" + strconv.FormatInt(unix+90, 10)), 91 * time.Second},
		{"epoch far", reset("99999999999999"), none},
		{"max int64", reset("9223372036854775807"), none},
		{"past int64", reset("99999999999999999999999"), none},
		{"Go duration", reset("6m0s"), 6 * time.Minute},
		{"Go duration in ms", reset("12ms"), 12 * time.Millisecond},
		{"Go duration, long", reset("99999h"), Max},
		{"Go duration beyond 292 years", reset("3000000h"), Max},
		{"Go duration below a nanosecond", reset("0.0001ns"), 1},
		{"Go duration, negative", reset("-6m0s"), none},
		{"Go duration beyond 292 years, negative", reset("-3000000h"), none},
		{"RFC 3339", reset(now.Add(time.Minute).Format(time.RFC3339)), 61 * time.Second},
		{"RFC 3339 past", reset(now.Add(-time.Minute).Format(time.RFC3339)), none},
		{"RFC 3339 zone", reset(now.Add(time.Minute).In(time.FixedZone("", 7200)).Format(time.RFC3339)), 61 * time.Second},
		{"HTTP date", reset(now.Add(time.Minute).Format(http.TimeFormat)), 61 * time.Second},
		{"negative", reset("-1"), none},
		{"empty", reset(""), none},
		{"NaN", reset("NaN"), none},
		{"Inf", reset("Inf"), none},
		{"word", reset("tomorrow"), none},
		{"epoch microseconds", reset(strconv.FormatInt((unix+2)*1e6, 10)), 2*time.Second + fraction},
		{"epoch nanoseconds", reset(strconv.FormatInt((unix+2)*1e9, 10)), 2*time.Second + fraction},
		{"epoch just past", reset(strconv.FormatInt(unix-3, 10)), 0},
		{"a year ahead", reset(strconv.FormatInt(unix+366*24*3600, 10)), none},
		{"against Date", headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", strconv.FormatInt(unix+90, 10),
			"Date", now.Add(time.Minute).Format(http.TimeFormat)), 30500 * time.Millisecond},
		{"something remains", headers("X-RateLimit-Remaining", "1", "X-RateLimit-Reset", "30"), none},
		{"no remaining header", headers("X-RateLimit-Reset", "30"), none},
		{"unknown remains", headers("X-RateLimit-Remaining", "-1", "X-RateLimit-Reset", "30"), none},
		{"no reset", headers("X-RateLimit-Remaining", "0"), none},
		{"discord", headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset-After", "1.5"), 1500 * time.Millisecond},
		{"x-rate-limit", headers("X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "30"), 30 * time.Second},
		{"old draft", headers("RateLimit-Remaining", "0", "RateLimit-Reset", "30"), 30 * time.Second},
		{"requests left, no tokens", headers("X-RateLimit-Remaining-Requests", "9", "X-RateLimit-Reset-Requests", "1h",
			"X-RateLimit-Remaining-Tokens", "0", "X-RateLimit-Reset-Tokens", "6m0s"), 6 * time.Minute},
		{"milliseconds by the window", headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30000",
			"X-Rate-Limit-Duration", "60"), 30 * time.Second},
		{"milliseconds by the longest window", headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30000",
			"RateLimit-Policy", "100000;w=60,9;w=1"), 30 * time.Second},
		{"two exhausted", headers("X-RateLimit-Remaining-Requests", "0", "X-RateLimit-Reset-Requests", "1h",
			"X-RateLimit-Remaining-Tokens", "0", "X-RateLimit-Reset-Tokens", "6m0s"), time.Hour},
		{"anthropic", headers("Anthropic-RateLimit-Tokens-Remaining", "0",
			"Anthropic-RateLimit-Tokens-Reset", now.Add(time.Minute).Format(time.RFC3339)), 61 * time.Second},

		{"draft", headers("RateLimit", `"default";r=0;t=30`), 30 * time.Second},
		{"draft, zero", headers("RateLimit", `"default";r=0;t=0`), 0},
		{"draft, space and unknown", headers("RateLimit", ` "default" ; r=0 ; x="a,b;r=9" ; t=30 ; pk=:Y2FmZQ==: `), 30 * time.Second},
		{"draft, token name", headers("RateLimit", `default;r=0;t=30`), 30 * time.Second},
		{"draft, something left", headers("RateLimit", `"default";r=5;t=30`), none},
		{"draft, no t", headers("RateLimit", `"default";r=0`), none},
		{"draft, list", headers("RateLimit", `"a";r=0;t=30, "b";r=0;t=60, "c";r=9;t=90`), time.Minute},
		{"draft, two fields", headers("RateLimit", `"a";r=0;t=30`, "RateLimit", `"b";r=0;t=60`), time.Minute},
		{"draft, name with separators", headers("RateLimit", `"a,b;\"c";r=0;t=30`), 30 * time.Second},
		{"draft, open quote", headers("RateLimit", `"a;r=0;t=30`), none},
		{"draft, malformed number", headers("RateLimit", `"a";r=0;t=x`), none},
		{"draft, negative", headers("RateLimit", `"a";r=0;t=-5`), none},
		{"draft, empty parameter", headers("RateLimit", `"a";;r=0;t=5`), none},
		{"draft, empty member", headers("RateLimit", `"a";r=0;t=5,`), none},
		{"draft, malformed beside good", headers("RateLimit", `"a";r=0;t=5, "b";r=0;t=x`), none},
		{"draft, overflow", headers("RateLimit", `"a";r=0;t=999999999999999`), none},
		{"draft, dictionary", headers("RateLimit", `limit=100, remaining=0, reset=30`), 30 * time.Second},
		{"draft, dictionary with policy", headers("RateLimit", `limit=100;w=60, remaining=0, reset=30`), 30 * time.Second},
		{"draft, dictionary, some left", headers("RateLimit", `limit=100, remaining=3, reset=30`), none},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := wait(403, test.h)
			if want := test.want != none; ok != want || ok && got != test.want {
				t.Errorf("wait = %v, %v; want %v, %v", got, ok, max(test.want, 0), want)
			}
		})
	}
}

func TestGlobal(t *testing.T) {
	for _, test := range []struct {
		h    http.Header
		want bool
	}{
		{headers("X-RateLimit-Global", "true"), true},
		{headers("X-RateLimit-Global", "false"), false},
		{headers("X-RateLimit-Scope", "global"), true},
		{headers("X-RateLimit-Scope", "user"), false},
		{nil, false},
	} {
		if got := Global(test.h); got != test.want {
			t.Errorf("%v: %v, want %v", test.h, got, test.want)
		}
	}
}
