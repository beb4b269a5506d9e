package replay

import (
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// timetable decides when the pieces of a body arrive. It has no lock of its own.
type timetable struct {
	pace
	pieces []store.Piece // those that have not come yet
	end    time.Duration // of the body, since the headers, as recorded
	left   int64         // the unread bytes of the current piece
	shown  bool          // the first piece has come
	passed time.Duration // when the last piece came, since the headers
	at     time.Duration // the same in the recording
	start  time.Time     // when the headers were returned; zero without a pace
}

// timetableOf returns the timetable of the body of an exchange, whose headers are returned now.
func timetableOf(p pace, x *store.Exchange) timetable {
	t := timetable{pace: p, pieces: x.Response.Pieces, end: x.Total - x.FirstByte}
	if p != (pace{}) {
		t.start = time.Now()
	}
	if t.pieces == nil && p.delay == 0 && p.speed > 0 && t.end > 0 {
		t.pieces = evenly(max(int64(len(x.Response.Body)), x.MissingBody()), t.end)
	}
	return t
}

// evenly returns equal pieces for a body whose pieces were not recorded, so that it neither arrives
// at once nor pauses.
func evenly(size int64, took time.Duration) []store.Piece {
	n := min(max(size>>10, 1), 64)
	list := make([]store.Piece, n)
	for i := range list {
		list[i] = store.Piece{Bytes: size / n, Wait: took / time.Duration(n)}
	}
	return list
}

// next begins the next piece if the current one was read. It returns how many bytes may be read,
// which for the last piece is more than there are, or how long to wait for them.
func (t *timetable) next() (n int64, wait time.Duration) {
	for t.left == 0 && len(t.pieces) > 0 {
		p := t.pieces[0]
		due := t.passed + t.wait(p.Wait)
		if wait = t.until(due); wait > 0 {
			return 0, wait
		}
		t.passed, t.at, t.shown = due, t.at+p.Wait, true
		t.left, t.pieces = p.Bytes, t.pieces[1:]
	}
	if len(t.pieces) == 0 {
		return 1 << 62, 0
	}
	return t.left, 0
}

// wait is the wait before a piece. A Delay applies only to a piece that follows another.
func (t *timetable) wait(recorded time.Duration) time.Duration {
	if t.delay > 0 && !t.shown {
		return 0
	}
	return t.of(recorded)
}

// read records that n bytes were read.
func (t *timetable) read(n int) { t.left = max(t.left-int64(n), 0) }

// over returns how long to wait for the end of the body, once its bytes were read.
func (t *timetable) over() time.Duration {
	if t.delay > 0 {
		return 0
	}
	return t.until(t.passed + t.of(max(t.end-t.at, 0)))
}

// until returns the time until a moment after the headers.
func (t *timetable) until(due time.Duration) time.Duration {
	if due <= 0 {
		return 0
	}
	return due - time.Since(t.start)
}
