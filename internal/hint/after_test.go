package hint

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

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
		{"a Go duration, as many a middleware writes it", headers("Retry-After", "1m30s"), 90 * time.Second},
		{"a Go duration below a second", headers("Retry-After", "250ms"), 250 * time.Millisecond},
		{"a negative Go duration", headers("Retry-After", "-5s"), none},
		{"a unit of nobody's", headers("Retry-After", "5sec"), none},
		{"a Go duration and a number", headers("Retry-After", "5s", "Retry-After", "3"), 5 * time.Second},
		{"RFC 3339", headers("Retry-After", in(90*time.Second, time.RFC3339)), 91 * time.Second},
		{"RFC 3339 with a fraction", headers("Retry-After", in(90*time.Second, "2006-01-02T15:04:05.000Z07:00")), 90*time.Second + fraction},
		{"RFC 3339 in the past", headers("Retry-After", in(-time.Hour, time.RFC3339)), none},
		{"other digits", headers("Retry-After", "٣"), none},
		{"max int64", headers("Retry-After", strconv.FormatInt(math.MaxInt64, 10)), none},
		{"past uint64", headers("Retry-After", "99999999999999999999999999"), none},
		{"the year 2554", headers("Retry-After", "18446744074"), none},
		{"an instant", headers("Retry-After", strconv.FormatInt(now.Unix()+90, 10)), 91 * time.Second},
		{"an instant in microseconds", headers("Retry-After", strconv.FormatInt((now.Unix()+90)*1e6, 10)), 90*time.Second + fraction},
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

		{"duration", headers("X-Retry-In", "1m30s"), 90 * time.Second},
		{"duration first", headers("X-Retry-In", "30s", "Retry-After", "60"), 30 * time.Second},
		{"duration without a unit", headers("X-Retry-In", "30"), 30 * time.Second},
		{"milliseconds", headers("Retry-After-Ms", "1500"), 1500 * time.Millisecond},
		{"milliseconds first", headers("Retry-After-Ms", "1500", "Retry-After", "60"), 1500 * time.Millisecond},
		{"x-ms", headers("X-Ms-Retry-After-Ms", "20", "Retry-After", "60"), 20 * time.Millisecond},
		{"fraction of a millisecond", headers("Retry-After-Ms", "0.5"), 500 * time.Microsecond},
		{"milliseconds overflow", headers("Retry-After-Ms", strconv.FormatInt(math.MaxInt64, 10)), Max},
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

func TestNamesOfTheRetryAfterFamily(t *testing.T) {
	for name, want := range map[string]afterForm{
		"Retry-After": inSeconds, "retry-after": inSeconds, "Retry-After-Short": inSeconds, "X-Retry-After": inSeconds,
		"X-Ratelimit-Retry-After": inSeconds, "Retry-After-Ms": inMilliseconds, "X-Ms-Retry-After-Ms": inMilliseconds,
		"X-Retry-In": asDuration, "X-Retry-In-Ms": inMilliseconds,
		"Retry": noAfter, "After": noAfter, "X-Should-Retry": noAfter, "Retry-Count": noAfter, "": noAfter,
	} {
		if got := afterKind(name); got != want {
			t.Errorf("%q: kind %d, want %d", name, got, want)
		}
	}
}
