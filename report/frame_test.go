package report

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

func TestTheStatusSaysWhatHappensNow(t *testing.T) {
	s := metrics.Merge(metrics.Snapshot(pokeapi()))
	for _, tt := range []struct {
		change func()
		want   string
	}{
		{func() {}, "pokeapi: 1242 calls in 2m00s, 3 failed, 50 retries"},
		{func() { s.InFlight, s.Total.Retries = 12, 1 }, "pokeapi: 1242 calls in 2m00s, 3 failed, 1 retry, 12 in flight"},
		{func() { s.Waiting = metrics.Waiting{Queue: 1, Quota: 2, Pause: 3, Backoff: 1} }, "pokeapi: 1242 calls in 2m00s, 3 failed, 1 retry, 12 in flight, 7 waiting"},
		{func() { s = metrics.Snapshot{InFlight: 2} }, "no calls have returned, 2 in flight"},
	} {
		tt.change()
		if got := status(s); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// Whatever the size, a frame fits it, with a row to spare for the cursor.
func TestAFrameFitsEverySize(t *testing.T) {
	s := pokeapi().Snapshot()
	for height := 1; height < 20; height++ {
		for columns := 20; columns < 210; columns += 7 {
			lines := lineUp(s, style{width: columns, height: height, color: true})
			if len(lines) > max(1, height-1) {
				t.Errorf("%d lines on a terminal of %d", len(lines), height)
			}
			for _, line := range lines {
				if n := visible(line); n > columns || strings.Contains(line, "\n") {
					t.Errorf("%d of %d columns: %s", n, columns, line)
				}
			}
			if all := strings.Contains(strings.Join(lines, "\n"), "more route"); all != (height >= 10 && height < 12) {
				t.Errorf("%d rows: %s", height, strings.Join(lines, "\n"))
			}
		}
	}
}
