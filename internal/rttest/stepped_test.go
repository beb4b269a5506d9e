package rttest

import (
	"testing"
	"time"
)

func TestSteppedMovesOnlyTheWallClock(t *testing.T) {
	at := time.Now()
	for _, d := range []time.Duration{0, 8 * time.Hour, -8 * time.Hour} {
		s := Stepped(t, at, d)
		if elapsed, wall := s.Add(time.Second).Sub(at), s.Round(0).Sub(at.Round(0)); elapsed != time.Second || wall != d {
			t.Errorf("%v: a second later is %v later, and the wall clock moved by %v", d, elapsed, wall)
		}
	}
}
