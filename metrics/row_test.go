package metrics

import (
	"testing"
	"time"
)

// gracy for Python ignores the days of an interval: it shows two calls that are a day and two
// seconds apart as one a second. A burst counts as if it took a second.
func TestRateIsOverTheWholeTimeAndAtLeastASecond(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for took, want := range map[time.Duration]float64{
		24*time.Hour + 2*time.Second: 2.0 / 86402, 4 * time.Second: 0.5, time.Millisecond: 2, 0: 2, -time.Hour: 2,
	} {
		if got := rate(2, at, at.Add(took)); got != want {
			t.Errorf("2 calls in %v: %v/s, want %v", took, got, want)
		}
	}
}
