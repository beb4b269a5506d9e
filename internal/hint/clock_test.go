package hint

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestTheClockIsOursUnlessDateDiffers(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{
		0: 0, -2 * time.Second: 0, 3 * time.Second: 0,
		-3 * time.Second: -3*time.Second + datePart, 4 * time.Second: 4*time.Second + datePart, time.Hour: time.Hour + datePart,
	} {
		h := http.Header{"Date": {"x", now.Add(ahead).Format(http.TimeFormat)}}
		if got := clockOf(h, now).time().Sub(now); got != want {
			t.Errorf("Date %v ahead: the clock is %v ahead, want %v", ahead, got, want)
		}
	}
	if got := clockOf(nil, now).time(); got != now {
		t.Errorf("without Date the clock is %v, want ours", got)
	}
}

// A cache responds with the Date of the response that it stored, and says in Age how long ago that
// was. An instant in it is as far away as without the cache.
func TestTheDateOfACachedResponseIsAsOldAsItsAgeSays(t *testing.T) {
	for _, test := range []struct {
		ahead, date time.Duration // the clock of the server, and Date, ahead of ours
		age         []string
		want        time.Duration
	}{
		{0, -10 * time.Minute, []string{"600"}, 31 * time.Second},
		{0, -10 * time.Minute, []string{"599", "0"}, 31 * time.Second},
		{0, -10 * time.Minute, []string{"599, 0"}, 31 * time.Second}, // as a proxy joins them
		{5 * time.Minute, 4 * time.Minute, []string{"60"}, 31*time.Second - datePart},
		{-5 * time.Minute, -10 * time.Minute, []string{"300"}, 31*time.Second - datePart},
		{0, 0, []string{"600"}, 31 * time.Second}, // the cache has set a Date of its own
		{0, -10 * time.Minute, []string{"x"}, 10*time.Minute + 31*time.Second - datePart},
		{0, -10 * time.Minute, nil, 10*time.Minute + 31*time.Second - datePart},
	} {
		at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
		h := http.Header{"Date": {at(test.date)}, "Age": test.age, "Retry-After": {at(test.ahead + 30*time.Second)}}
		if got, ok := wait(503, h); got != test.want || !ok {
			t.Errorf("Date %v ahead, Age %q: %v, %v, want %v", test.date, test.age, got, ok, test.want)
		}
	}
}

func TestInstantsInWholeSecondsEndWithTheirSecond(t *testing.T) {
	c := (&clock{now: now})
	for _, test := range []struct {
		at     time.Duration
		whole  bool
		wait   time.Duration
		margin time.Duration
		ok     bool
	}{
		{time.Minute, false, time.Minute + fraction, fraction, true},
		{time.Minute, true, time.Minute + time.Second, time.Second, true},
		{0, true, time.Second, time.Second, true},
		{-500 * time.Millisecond, true, time.Second / 2, time.Second / 2, true},
		{-past, true, 0, 0, true},
		{-past - 1, true, 0, 0, false},
		{2 * Max, true, Max, time.Second, true},
	} {
		if got := c.until(now.Add(test.at), test.whole); got.wait != test.wait || got.margin != test.margin || got.ok != test.ok {
			t.Errorf("%v, whole %v: %+v, want %v with margin %v, %v", test.at, test.whole, got, test.wait, test.margin, test.ok)
		}
	}
}

func TestADelayIsInMillisecondsOnlyWhereSecondsAreContradicted(t *testing.T) {
	c := (&clock{now: now})
	for _, test := range []struct {
		v     string
		limit time.Duration
		want  time.Duration
	}{
		{"60000", 0, 60000 * time.Second},
		{"60000", time.Minute, time.Minute},
		{"90", time.Minute, 90 * time.Second},
		{"121", time.Minute, 121 * time.Millisecond},
		{"121.5", time.Minute, 121500 * time.Millisecond},
		{"999999999", time.Minute, Max},
	} {
		if got := c.seconds(test.v, test.limit); got.wait != test.want {
			t.Errorf("%s under %v: %v, want %v", test.v, test.limit, got.wait, test.want)
		}
	}
}

// A server with a clock of milliseconds cuts off fractions of one, so an instant may mean up to a
// millisecond later than it says. koa-ratelimit throttled a request that came exactly at its reset
// of six decimals.
func TestAnInstantWithAFractionIsAsFineAsTheClockOfItsServer(t *testing.T) {
	at := now.Add(2345678 * time.Microsecond)
	for _, v := range []string{
		strconv.FormatFloat(float64(at.UnixMicro())/1e6, 'f', 6, 64),
		strconv.FormatInt(at.UnixMilli(), 10),
		strconv.FormatInt(at.UnixMicro(), 10),
		at.UTC().Format(time.RFC3339Nano),
	} {
		r := (&clock{now: now}).reset(v, 0)
		if said := r.said(); !r.ok || r.wait < at.Sub(now)+time.Millisecond || r.wait > at.Sub(now)+20*time.Millisecond || (said-at.Sub(now)).Abs() > time.Millisecond {
			t.Errorf("%s: wait %s, said %s, want a little more than %s", v, r.wait, said, at.Sub(now))
		}
	}
}
