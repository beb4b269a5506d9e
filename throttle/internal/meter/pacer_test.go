package meter

import (
	"math"
	"testing"
	"time"
)

func TestRoomOfAPacer(t *testing.T) {
	p := Pacer{spacing: 10, burst: 3, free: 100}
	for now := int64(60); now < 160; now += 7 {
		for cost := 1; cost < 6; cost++ {
			for until := now; until < now+80; until++ {
				room := p.Room(now, cost, until)
				if p.Eta(now, max(room, 0), cost) > until && room >= 0 || p.Eta(now, room+1, cost) <= until && room+1 >= 0 {
					t.Fatalf("now %d, cost %d, until %d: room %d", now, cost, until, room)
				}
			}
		}
	}
	if (&Pacer{}).Room(0, 1, 0) != math.MaxInt {
		t.Error("a pacer that does nothing has no bound")
	}
}

// An int has 32 bits on some machines, and a fast pacer has more room than that until an hour later.
func TestTheRoomOfAPacerFitsIntoAnInt(t *testing.T) {
	for _, until := range []time.Duration{time.Hour, 1 << 40, math.MaxInt64} {
		p := NewPacer(Rate{Limit: 1e9, Per: time.Second})
		if room, most := p.Room(0, 1, int64(until)), min(int64(until), math.MaxInt32); int64(room) < most {
			t.Errorf("in %v there is room for %d, want %d at least", until, room, most)
		}
	}
}

// Two callers at 10,000 per second, whose timers are a millisecond late, as on an idle machine. The
// control has a burst of one, so that the time of each delay is lost.
func TestPacingAtTenThousandASecond(t *testing.T) {
	for _, tt := range []struct {
		burst int
		most  float64
		least float64
	}{{1, 0.3, 0}, {0, 1, 0.9}} {
		rate := Rate{Limit: 10_000, Per: time.Second, Margin: 20 * time.Millisecond, Burst: tt.burst}
		w, p := NewWindow(rate), NewPacer(rate)
		callers := [2]int64{}
		sent := 0
		for {
			c := 0
			if callers[1] < callers[0] {
				c = 1
			}
			now := callers[c]
			if now > int64(2*time.Second) {
				break
			}
			if at := max(w.Next(now, 1), p.Next(now, 1)); at > now {
				callers[c] = at + int64(time.Millisecond)
				continue
			}
			p.Spend(now, 1)
			w.Spend(now, 1)
			sent++
		}
		got := float64(sent) / 20_000
		t.Logf("burst %d: %.2f of the rate", tt.burst, got)
		if got < tt.least || got > tt.most {
			t.Errorf("burst %d: %.2f of the rate, want within %v and %v", tt.burst, got, tt.least, tt.most)
		}
	}
}
