package replay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// A tape may come from anywhere: waits that overflow are dropped, and pieces without bytes do not
// stall the body.
func TestATimetableOfNonsense(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 1 << 62
		x := &store.Exchange{Total: -5, FirstByte: time.Hour, Response: &store.Response{Pieces: []store.Piece{{}, {Bytes: 0, Wait: ms}, {Bytes: 2}, {Bytes: 1, Wait: long}, {Bytes: 1, Wait: long}}}}
		table := timetableOf(pace{speed: 1e-300}, x)
		for range 10 {
			n, wait := table.next()
			if n < 0 || n == 0 && wait <= 0 {
				t.Fatalf("%d bytes, wait %v", n, wait)
			}
			table.read(1)
			time.Sleep(min(wait, time.Hour))
		}
		if table.over() > 1<<62 {
			t.Error("the end is never")
		}
	})
}

// A body whose pieces were not recorded comes evenly over the time that it took.
func TestATimetableWithoutPieces(t *testing.T) {
	for size, pieces := range map[int]int{0: 1, 100: 1, 4099: 4, 1 << 20: 64} {
		synctest.Test(t, func(t *testing.T) {
			x := &store.Exchange{FirstByte: time.Second, Total: 3 * time.Second, Response: &store.Response{Body: make([]byte, size)}}
			table := timetableOf(pace{speed: 2}, x)
			start, waits := time.Now(), 0
			for left := int64(size); left > 0; {
				n, wait := table.next()
				if wait > 0 {
					waits++
					time.Sleep(wait)
					continue
				}
				n = min(n, left)
				table.read(int(n))
				left -= n
			}
			time.Sleep(table.over())
			if got := time.Since(start); got < time.Second-ms || got > time.Second || size > 0 && waits != pieces {
				t.Errorf("%d bytes took %v in %d pieces, want 1s in %d", size, got, waits, pieces)
			}
		})
	}
}
