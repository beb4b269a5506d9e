package hint

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// arrival is when a response arrives: 0.693 s into a second, as in a capture.
var arrival = now.Add(693 * time.Millisecond)

// The responses of real limiters with the waits that were measured on them. No hint ends before the
// server accepts again, and none is more than a second and a half later than the most precise
// statement of the server.
func TestHintsOfRealLimitersAreNeitherEarlyNorLate(t *testing.T) {
	const s = time.Second
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	unix := func(d time.Duration) string { return strconv.FormatInt(arrival.Add(d).Unix(), 10) }
	unixUp := func(d time.Duration) string { return strconv.FormatInt(arrival.Add(d+s-1).Unix(), 10) }
	decimals := func(d time.Duration) string {
		return strconv.FormatFloat(float64(arrival.Add(d).UnixMicro())/1e6, 'f', 6, 64)
	}
	dateDown := func(d time.Duration) string { return arrival.Add(d).UTC().Format(time.RFC1123) }
	dateUp := func(d time.Duration) string { return arrival.Add(d + s - 1).UTC().Format(http.TimeFormat) }
	for _, row := range []struct {
		name  string
		opens time.Duration // when the server accepts again
		late  time.Duration // how much later, according to the most precise statement of the server
		h     http.Header
	}{
		{"draft 8", ms(59800), ms(200), headers("RateLimit", `"2-in-1min"; r=0; t=60`,
			"RateLimit-Policy", `"2-in-1min"; q=2; w=60; pk=:MTJjYTE3YjQ5YWYy:`, "Retry-After", "60")},
		{"draft 8, two policies", ms(55900), ms(100), headers("RateLimit", `"burst"; r=0; t=2`, "RateLimit", `"sustained"; r=0; t=56`, "Retry-After", "56")},
		{"draft 7", ms(59800), ms(200), headers("RateLimit", "limit=2, remaining=0, reset=60", "RateLimit-Policy", "2;w=60", "Retry-After", "60")},
		{"draft 7 without Retry-After", ms(59800), ms(200), headers("RateLimit", "limit=2, remaining=0, reset=60", "RateLimit-Policy", "2;w=60")},
		{"draft 6", ms(59930), ms(70), headers("RateLimit-Limit", "2", "RateLimit-Remaining", "0", "RateLimit-Reset", "60", "Retry-After", "60")},
		{"instant rounded up beside Retry-After", ms(59800), ms(200), headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(59800)), "Retry-After", "60")},
		{"instant rounded up alone", ms(59800), s, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(59800)))},
		{"instant rounded down alone", ms(1900), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unix(ms(1900)))},
		{"delay", ms(59700), ms(300), headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "60", "Retry-After", "60")},
		{"cut off beside an exact instant", ms(59880), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", decimals(ms(59880)), "Retry-After", "59")},
		{"cut off to 2", ms(2320), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", decimals(ms(2320)), "Retry-After", "2")},
		{"cut off to 0", ms(900), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", decimals(ms(900)), "Retry-After", "0")},
		{"cut off beside an instant rounded up", ms(59800), s, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(59800)), "Retry-After", "59")},
		{"cut off and rounded down", ms(59800), s, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unix(ms(59800)), "Retry-After", "59")},
		{"date rounded up", ms(59940), s, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(59940)), "Retry-After", dateUp(ms(59940)),
			"Date", arrival.UTC().Format(http.TimeFormat))},
		{"date rounded down, with UTC", ms(1950), 0, headers("X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", dateDown(ms(1950)), "Retry-After", dateDown(ms(1950)))},
		{"named throttler, short", ms(1850), ms(150), headers("Retry-After-short", "2")},
		{"named throttler, long", ms(59900), ms(100), headers("Retry-After-long", "60",
			"X-RateLimit-Limit-short", "2", "X-RateLimit-Remaining-short", "1", "X-RateLimit-Reset-short", "2")},
		{"decimals", ms(59968), 0, headers("Retry-After", "59.968", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(59968)))},
		{"sliding counter whose window ends sooner", ms(57300), ms(2700), headers("X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", unix(42*s), "Retry-After", "60")},
		{"time to a full bucket", ms(30000), 0, headers("Retry-After", "30", "X-Ratelimit-Limit", "2", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "60")},
		{"time to a full bucket, fast", ms(2600), ms(400), headers("Retry-After", "3", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "30")},
		{"a duration beside whole seconds", ms(29917), 0, headers("Retry-After", "30", "X-Retry-In", "29.917161587s")},
		{"a short duration beside a whole second", ms(98), 0, headers("Retry-After", "1", "X-Retry-In", "98.948066ms")},
		{"user and path", ms(10000), 0, headers("X-RateLimit-UserRemaining", "-1", "X-RateLimit-UserReset", "10", "X-RateLimit-PathRemaining", "4", "X-RateLimit-PathReset", "30")},
		{"milliseconds of an instant", ms(60000), 0, headers("X-RateLimit-UserRemaining", "0", "X-RateLimit-UserReset", strconv.FormatInt(arrival.Add(60*s).UnixMilli()+1, 10))},
		{"milliseconds that the window gives away", ms(2500), 0, headers("RateLimit-Policy", "2;w=3", "RateLimit-Remaining", "0", "RateLimit-Reset", "2500")},
		{"milliseconds by name", ms(1500), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset-Ms", "1500")},
		{"a delay beside the instant", ms(1500), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(ms(1500)), "X-RateLimit-Reset-After", "1.5")},
		{"a reset without a rest", ms(7000), 0, headers("X-RateLimit-Reset", "7")},
		{"Retry-After-Ms", ms(250), 0, headers("Retry-After-Ms", "250", "Retry-After", "1")},
		{"the server's clock is an hour ahead", ms(60000), s, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unixUp(time.Hour+60*s),
			"Date", arrival.Add(time.Hour).UTC().Format(http.TimeFormat))},
		{"a Date of the second before", ms(1500), 0, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", decimals(ms(1500)),
			"Date", arrival.Add(-s).UTC().Format(http.TimeFormat))},
	} {
		got, ok := FromResponse(&http.Response{StatusCode: 429, Header: row.h}, arrival)
		if !ok || !got.Sure || got.Wait < row.opens || got.Wait > row.opens+row.late+1500*time.Millisecond {
			t.Errorf("%s: %+v, %v; the server accepts after %s and says %s", row.name, got, ok, row.opens, row.opens+row.late)
		}
	}
}

// What a response other than a 429 says about the clock of a window is not a hint.
func TestTheClockOfAWindowIsNoHint(t *testing.T) {
	reset := strconv.FormatInt(arrival.Unix()+60, 10)
	clock := headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", reset)
	for _, test := range []struct {
		name   string
		status int
		h      http.Header
		want   time.Duration // 0 means none
		sure   bool
	}{
		{"403", 403, clock, 0, false},
		{"404", 404, clock, 0, false},
		{"500", 500, clock, 0, false},
		{"503", 503, clock, 0, false},
		{"503, draft", 503, headers("Retry-After", "60", "RateLimit", `"m";r=3;t=60`), 0, false},
		{"503, dictionary", 503, headers("Retry-After", "60", "RateLimit", "limit=5, remaining=4, reset=59"), 0, false},
		{"503, named", 503, headers("Retry-After", "60", "X-RateLimit-Remaining-Tokens", "7", "X-RateLimit-Reset-Tokens", "1m0s"), 0, false},
		{"429 all the same", 429, clock, 60 * time.Second, true},
		{"503 for another time than the reset", 503, headers("Retry-After", "5", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", reset), 5 * time.Second, false},
		{"403 with an exhausted quota beside one that lasts", 403, headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", "60",
			"X-RateLimit-Remaining-Day", "0", "X-RateLimit-Reset-Day", "60"), 60 * time.Second, true},
		{"403 of a quota", 403, headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30"), 30 * time.Second, true},
		{"a negative rest means not known", 403, headers("X-RateLimit-Remaining", "-1", "X-RateLimit-Reset", "30"), 0, false},
		{"a negative rest of a 429", 429, headers("X-RateLimit-Remaining", "-1", "X-RateLimit-Reset", "30"), 30 * time.Second, true},
		{"a little before the reset", 503, headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", "62"), 0, false},
		{"well before the reset", 503, headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", "63"), 60 * time.Second, false},
		{"a little after the reset", 503, headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", "58"), 0, false},
		{"well after the reset", 503, headers("Retry-After", "60", "X-RateLimit-Remaining", "99", "X-RateLimit-Reset", "57"), 60 * time.Second, false},
		{"a constant", 503, headers("Retry-After", "5"), 5 * time.Second, false},
	} {
		got, ok := FromResponse(&http.Response{StatusCode: test.status, Header: test.h}, arrival)
		if ok != (test.want > 0) || got.Wait != test.want || got.Sure != test.sure {
			t.Errorf("%s: %+v, %v; want %s, sure %v", test.name, got, ok, test.want, test.sure)
		}
	}
}
