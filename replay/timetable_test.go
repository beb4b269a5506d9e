package replay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// A tape is a file that somebody else may have made: waits that overflow are none, and
// pieces without bytes do not stop the body.
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

func TestATimetableWithoutPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &store.Exchange{FirstByte: time.Second, Total: 3 * time.Second, Response: &store.Response{}}
		table := timetableOf(pace{speed: 2}, x)
		if n, wait := table.next(); n <= 0 || wait != 0 {
			t.Errorf("%d bytes, wait %v", n, wait)
		}
		if got := table.over(); got != time.Second {
			t.Errorf("the end is in %v, want 1s", got)
		}
	})
}
