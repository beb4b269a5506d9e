package exact

import (
	"slices"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// Callers read the clock before they have the mutex. So one with an earlier reading may come after
// one with a later reading has made entries expire.
func TestAnEarlierReadingComesLater(t *testing.T) {
	for _, tt := range []struct {
		name    string
		clamped func(*store, int64) int64
		most    int
	}{
		{"made no earlier", (*store).clampLocked, 2},
		{"as it is, the control", func(_ *store, clock int64) int64 { return clock }, 3},
	} {
		s := NewStore(2, 10).(*store)
		w := s.windowLocked("key", 0)
		var sends []int64
		for _, clock := range []int64{0, 1, 12, 9} {
			if now := tt.clamped(s, clock); w.Next(now, 1) <= now {
				sends = append(sends, w.Enter(now, 1).At)
			}
		}
		slices.Sort(sends)
		most, first := 0, 0
		for i := range sends {
			for sends[i]-sends[first] >= 10 {
				first++
			}
			most = max(most, i-first+1)
		}
		if most != tt.most || len(sends) != 4 {
			t.Errorf("%s: %d in a window of 2, sends %v", tt.name, most, sends)
		}
	}
}

// On the real clock, because a bubble has no monotonic clock. The test expects nothing of it except
// that it runs.
func TestNewStoreDoesNotGoByTheWallClock(t *testing.T) {
	wall := func(_ *testing.T, at time.Time, d time.Duration) time.Time { return at.Round(0).Add(d) }
	for _, tt := range []struct {
		name  string
		epoch func(*testing.T, time.Time, time.Duration) time.Time
		step  time.Duration
		per   time.Duration
		wait  time.Duration
		opens bool
	}{
		{"set forward", rttest.Stepped, 2 * time.Hour, time.Hour, 0, false},
		{"set forward, the control", wall, 2 * time.Hour, time.Hour, 0, true},
		{"set back", rttest.Stepped, -time.Hour, time.Millisecond, time.Millisecond, true},
		{"set back, the control", wall, -time.Hour, time.Millisecond, time.Millisecond, false},
	} {
		s := NewStore(5, tt.per).(*store)
		drain := func() (n int) {
			for {
				if _, _, _, ok, _ := s.Take(t.Context(), ""); !ok {
					return n
				}
				n++
			}
		}
		first := drain()
		s.epoch = tt.epoch(t, s.epoch, -tt.step)
		time.Sleep(tt.wait)
		if second := drain(); first < 5 || (second > 0) != tt.opens {
			t.Errorf("%s: %d, then %d", tt.name, first, second)
		}
	}
}
