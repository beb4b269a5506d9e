package hint

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// headers returns a header made of alternating names and values.
func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// wait returns what a response asks for.
func wait(status int, h http.Header) (time.Duration, bool) {
	got, ok := FromResponse(&http.Response{StatusCode: status, Header: h}, now)
	return got.Wait, ok
}

func TestOnlyAFailedResponseHasAHint(t *testing.T) {
	after := headers("Retry-After", "7")
	quota := headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30")
	both := headers("Retry-After", "7", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30")
	for _, test := range []struct {
		status int
		h      http.Header
		want   time.Duration
		ok     bool
	}{
		{429, after, 7 * time.Second, true},
		{503, after, 7 * time.Second, true},
		{403, after, 7 * time.Second, true},
		{413, after, 7 * time.Second, true},
		{500, after, 7 * time.Second, true},
		{529, after, 7 * time.Second, true},
		{200, after, 0, false},
		{202, after, 0, false},
		{301, after, 0, false},
		{307, after, 0, false},
		{100, after, 0, false},
		{429, quota, 30 * time.Second, true},
		{403, quota, 30 * time.Second, true},
		{503, quota, 0, false},
		{200, quota, 0, false},
		{429, both, 7 * time.Second, true},
		{429, nil, 0, false},
		{429, headers("Retry-After", "-1", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30"), 30 * time.Second, true},
	} {
		got, ok := wait(test.status, test.h)
		if got != test.want || ok != test.ok {
			t.Errorf("%d %v: %v, %v; want %v, %v", test.status, test.h, got, ok, test.want, test.ok)
		}
	}
	if d, ok := FromResponse(nil, now); d != (Hint{}) || ok {
		t.Errorf("nil response: %v, %v", d, ok)
	}
}

// A Retry-After in whole seconds may have been cut off, and the reset of an exhausted quota that
// is about as far says by how much; it is lengthened by no more than what can be cut off.
func TestARetryAfterIsLengthenedToTheResetBesideIt(t *testing.T) {
	for _, test := range []struct {
		status       int
		after, reset string
		want, margin time.Duration
	}{
		{429, "5", "5.4", 5400 * time.Millisecond, 400 * time.Millisecond},
		{403, "5", "5.4", 5400 * time.Millisecond, 400 * time.Millisecond},
		{429, "5", "6.8", 6 * time.Second, time.Second},
		{429, "5", "7", 6 * time.Second, time.Second},
		{429, "5", "7.1", 5 * time.Second, 0},
		{429, "5", "5", 5 * time.Second, 0},
		{429, "5", "3", 5 * time.Second, 0},
		{429, "5.5", "6", 5500 * time.Millisecond, 0},
		{503, "5", "5.4", 5 * time.Second, 0},
	} {
		h := headers("Retry-After", test.after, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", test.reset)
		got, ok := FromResponse(&http.Response{StatusCode: test.status, Header: h}, now)
		if !ok || got.Wait != test.want || got.Margin != test.margin {
			t.Errorf("%d, %s s beside a reset in %s s: %+v, want %s with a margin of %s", test.status, test.after, test.reset, got, test.want, test.margin)
		}
	}
}

func TestReadingSecondsAllocatesNothing(t *testing.T) {
	h := headers("Content-Type", "application/json", "Date", now.Format(http.TimeFormat))
	resp := &http.Response{StatusCode: 429, Header: h}
	if n := testing.AllocsPerRun(100, func() { FromResponse(resp, now) }); n != 0 {
		t.Errorf("no hint: %v allocations", n)
	}
	h.Set("Retry-After", "12")
	if n := testing.AllocsPerRun(100, func() { FromResponse(resp, now) }); n != 0 {
		t.Errorf("seconds: %v allocations", n)
	}
}

func FuzzHint(f *testing.F) {
	for _, s := range []string{
		"0", "1.5", "-1", "NaN", "9223372036854775807", "99999999999999999999",
		"Sun, 06 Nov 1994 08:49:37 GMT", "6m0s", "2026-03-01T12:00:00Z", `"a";r=0;t=5`, `"a;r=0`, "1e400",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, v, date string) {
		check := func(what string, d time.Duration, ok bool) {
			t.Helper()
			if d < 0 || d > Max || !ok && d != 0 {
				t.Errorf("%s %q: %v, %v", what, v, d, ok)
			}
		}
		h := http.Header{"Retry-After": {v}, "Date": {date}}
		d, ok := wait(500, h)
		check("Retry-After", d, ok)
		n, err := strconv.ParseFloat(v, 64)
		if ok && d == 0 && (err == nil && n > 0 || err != nil && n > 1) {
			t.Errorf("%q is positive, and its hint is zero", v)
		}
		d, ok = wait(500, http.Header{"Retry-After-Ms": {v}})
		check("Ms", d, ok)
		for _, h := range []http.Header{
			{"Ratelimit": {v}},
			{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {v}, "Date": {date}},
			{"X-Ratelimit-Remaining": {v}, "X-Ratelimit-Reset": {date}},
		} {
			d, ok := wait(429, h)
			check("quota", d, ok)
		}
	})
}
