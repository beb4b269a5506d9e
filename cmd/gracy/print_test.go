package main

import (
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// What keeps only the day of an exchange, as a text tape does, has no time to print.
func TestTheStartOfAnExchangeIsADayOrATime(t *testing.T) {
	day := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for want, start := range map[string]time.Time{
		"2026-11-29":          day,
		"2026-11-29 00:00:01": day.Add(time.Second),
		"2026-11-28 23:00:00": day.Add(-time.Hour).In(time.FixedZone("CET", 3600)),
	} {
		if got := startText(&store.Exchange{Start: start}); got != want {
			t.Errorf("%v: %q, want %q", start, got, want)
		}
	}
}
