package throttle

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

func TestPacedSpreadsTheSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			mode  Mode
			burst int
			at    [6]time.Duration
		}{
			{Window, 0, [6]time.Duration{0, 0, 0, 0, 0, 0}}, // the control
			{Paced, 0, [6]time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, 400 * time.Millisecond, 500 * time.Millisecond}},
			{Paced, 3, [6]time.Duration{0, 0, 0, 100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond}},
		} {
			s := &server{}
			l := New(Rule{Limit: 10, Mode: tt.mode, Burst: tt.burst, Margin: NoMargin})
			rt := l.Wrap(s)
			start := time.Now()
			flood(t, rt, "/", len(tt.at))
			for i, at := range s.times("/") {
				if d := at.Sub(start); d != tt.at[i] {
					t.Errorf("%s, burst %d: send %d after %s, want %s", tt.mode, tt.burst, i, d, tt.at[i])
				}
			}
			quiet(t, l)
		}
	})
}

func TestIdleThenBurstStaysInTheCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 20, Mode: Paced, Burst: 5})
		rt := l.Wrap(s)
		for range 5 {
			time.Sleep(time.Hour) // nothing is saved up
			start := time.Now()
			sent := len(s.times("/"))
			flood(t, rt, "/", 50)
			at := s.times("/")[sent:]
			if n := within(at, start, time.Nanosecond); n != 5 {
				t.Errorf("%d at once after an idle hour, want 5", n)
			}
			if n := storetest.Worst(at, time.Second); n > 20 {
				t.Errorf("%d in a second, want at most 20", n)
			}
		}
	})
}

func within(at []time.Time, start time.Time, d time.Duration) (n int) {
	for _, t := range at {
		if t.Sub(start) < d {
			n++
		}
	}
	return n
}

func TestPacedKeepsEveryWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 30, Mode: Paced, Burst: 10})
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		for range 400 {
			time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(3000))*time.Millisecond)
			wg.Go(func() {
				defer cancel()
				_, _ = get(ctx, rt, "/")
			})
		}
		wg.Wait()
		if n := storetest.Worst(s.times("/"), time.Second); n > 30 {
			t.Errorf("%d in a second, want at most 30", n)
		}
		quiet(t, l)
	})
}
