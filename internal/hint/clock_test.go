package hint

import (
	"net/http"
	"testing"
	"time"
)

func TestTheClockIsOursUnlessDateDiffers(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{
		0: 0, -2 * time.Second: 0, 3 * time.Second: 0,
		-3 * time.Second: -3*time.Second + datePart, 4 * time.Second: 4*time.Second + datePart, time.Hour: time.Hour + datePart,
	} {
		h := http.Header{"Date": {"x", now.Add(ahead).Format(http.TimeFormat)}}
		if got := clockOf(h, now).now.Sub(now); got != want {
			t.Errorf("Date %v ahead: the clock is %v ahead, want %v", ahead, got, want)
		}
	}
	if got := clockOf(nil, now).now; got != now {
		t.Errorf("without Date the clock is %v, want ours", got)
	}
}

func TestInstantsInWholeSecondsEndWithTheirSecond(t *testing.T) {
	c := clock{now}
	for _, test := range []struct {
		at     time.Duration
		whole  bool
		wait   time.Duration
		margin time.Duration
		ok     bool
	}{
		{time.Minute, false, time.Minute, 0, true},
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
	c := clock{now}
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
