package hint

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// headers returns a header of names and values in turn.
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

func TestRetryAfterAndItsVariantsAreRead(t *testing.T) {
	const none = -1 * time.Nanosecond
	in := func(d time.Duration, layout string) string { return now.Add(d).Format(layout) }
	ansi, rfc850 := time.ANSIC, "Monday, 02-Jan-06 15:04:05 GMT"
	for _, test := range []struct {
		name string
		h    http.Header
		want time.Duration
	}{
		{"absent", headers(), none},
		{"nil", nil, none},
		{"seconds", headers("Retry-After", "120"), 2 * time.Minute},
		{"zero", headers("Retry-After", "0"), 0},
		{"leading zeros", headers("Retry-After", "007"), 7 * time.Second},
		{"space around", headers("Retry-After", " \t7 "), 7 * time.Second},
		{"fraction", headers("Retry-After", "1.25"), 1250 * time.Millisecond},
		{"fraction below a nanosecond", headers("Retry-After", "0.00000000001"), 1},
		{"no fraction after the dot", headers("Retry-After", "1."), none},
		{"no whole before the dot", headers("Retry-After", ".5"), none},
		{"two dots", headers("Retry-After", "1.2.3"), none},
		{"empty", headers("Retry-After", ""), none},
		{"blank", headers("Retry-After", "  "), none},
		{"negative", headers("Retry-After", "-1"), none},
		{"signed", headers("Retry-After", "+1"), none},
		{"exponent", headers("Retry-After", "1e3"), none},
		{"hexadecimal", headers("Retry-After", "0x10"), none},
		{"underscore", headers("Retry-After", "1_0"), none},
		{"NaN", headers("Retry-After", "NaN"), none},
		{"Inf", headers("Retry-After", "Inf"), none},
		{"+Inf", headers("Retry-After", "+Inf"), none},
		{"word", headers("Retry-After", "soon"), none},
		{"unit", headers("Retry-After", "5s"), none},
		{"other digits", headers("Retry-After", "٣"), none},
		{"max int64", headers("Retry-After", strconv.Itoa(math.MaxInt64)), none},
		{"past uint64", headers("Retry-After", "99999999999999999999999999"), none},
		{"the year 2554", headers("Retry-After", "18446744074"), none},
		{"an instant", headers("Retry-After", strconv.FormatInt(now.Unix()+90, 10)), 91 * time.Second},
		{"an instant in microseconds", headers("Retry-After", strconv.FormatInt((now.Unix()+90)*1e6, 10)), 90 * time.Second},
		{"exactly Max", headers("Retry-After", "31536000"), Max},
		{"a second below Max", headers("Retry-After", "31535999"), Max - time.Second},
		{"repeated: the longest", headers("Retry-After", "3", "Retry-After", "9", "Retry-After", "x"), 9 * time.Second},
		{"repeated: number and date", headers("Retry-After", "3", "Retry-After", in(time.Minute, http.TimeFormat)), 61 * time.Second},
		{"joined by a proxy", headers("Retry-After", "3, 9"), 9 * time.Second},

		{"IMF-fixdate", headers("Retry-After", in(90*time.Second, http.TimeFormat)), 91 * time.Second},
		{"RFC 850 date", headers("Retry-After", in(90*time.Second, rfc850)), 91 * time.Second},
		{"asctime date", headers("Retry-After", in(90*time.Second, ansi)), 91 * time.Second},
		{"date, space around", headers("Retry-After", " "+in(time.Second, http.TimeFormat)+" "), 2 * time.Second},
		{"date as time.RFC1123 writes it", headers("Retry-After", in(90*time.Second, time.RFC1123)), 91 * time.Second},
		{"date of another zone", headers("Retry-After", "Sun, 01 Mar 2026 12:01:00 CET"), none},
		{"date just past", headers("Retry-After", in(-3*time.Second, http.TimeFormat)), 0},
		{"date in the past", headers("Retry-After", in(-time.Hour, http.TimeFormat)), none},
		{"date far in the future", headers("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), Max},
		{"date before the epoch", headers("Retry-After", "Mon, 01 Jan 0001 00:00:00 GMT"), none},
		{"browser date", headers("Retry-After", "Sun Mar 01 2026 12:01:00 GMT+0000 (UTC)"), none},
		{"skewed clock", headers("Retry-After", in(time.Hour+time.Minute, http.TimeFormat),
			"Date", in(time.Hour, http.TimeFormat)), time.Minute + time.Second/2},
		{"malformed Date", headers("Retry-After", in(time.Minute, http.TimeFormat), "Date", "x"), 61 * time.Second},

		{"milliseconds", headers("Retry-After-Ms", "1500"), 1500 * time.Millisecond},
		{"milliseconds first", headers("Retry-After-Ms", "1500", "Retry-After", "60"), 1500 * time.Millisecond},
		{"x-ms", headers("X-Ms-Retry-After-Ms", "20", "Retry-After", "60"), 20 * time.Millisecond},
		{"fraction of a millisecond", headers("Retry-After-Ms", "0.5"), 500 * time.Microsecond},
		{"milliseconds overflow", headers("Retry-After-Ms", strconv.Itoa(math.MaxInt64)), Max},
		{"malformed milliseconds", headers("Retry-After-Ms", "NaN", "Retry-After", "60"), time.Minute},
		{"a date is no number of milliseconds", headers("Retry-After-Ms", in(time.Hour, http.TimeFormat)), none},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := wait(500, test.h)
			if want := test.want != none; ok != want || ok && got != test.want {
				t.Errorf("wait = %v, %v; want %v, %v", got, ok, max(test.want, 0), want)
			}
		})
	}
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
