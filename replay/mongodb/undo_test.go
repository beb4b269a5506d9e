package mongodb_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// If an Append fails and cannot be undone because the server is gone, it is undone before the next
// Append, or by Close. A tape appends a failed batch again, one exchange at a time.
func TestAnAppendThatCouldNotBeUndone(t *testing.T) {
	for _, closes := range []bool{false, true} {
		r, uri := through(t, server(t))
		s := open(t, uri, "a", mongodb.Options{Timeout: 500 * time.Millisecond})
		batch := []store.Entry{{Exchange: tapetest.Numbered(0)}, {Exchange: tapetest.Numbered(1)}}
		r.CutReply("\x02insert\x00", true)
		start := time.Now()
		if err := s.Append(batch); err == nil {
			t.Fatal("an Append of which no end was seen is no error")
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		r.Deaf(false)
		want := 0
		if !closes {
			tapetest.Must(t, s.Append(batch[:1]))
			tapetest.Must(t, s.Append(batch[1:]))
			want = 2
		}
		tapetest.Must(t, s.Close())
		if got := tapetest.IDs(t, open(t, uri, "a", mongodb.Options{}), 0); len(got) != want {
			t.Errorf("there are %v, want %d", got, want)
		}
	}
}

// A batch that is stored is no error of Append if what it replaces cannot be removed. The next Append
// removes it, or Close, which otherwise says that it is still there.
func TestAReplacedExchangeThatCouldNotBeRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		appends, back bool
		left          int
	}{"next Append": {true, true, 2}, "Close": {false, true, 1}, "neither": {false, false, 2}} {
		t.Run(name, func(t *testing.T) {
			r, uri := through(t, server(t))
			s := open(t, uri, "a", mongodb.Options{Timeout: 500 * time.Millisecond})
			old := tapetest.Exchange(1, "GET", "http://api.test/a", "old")
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: old}}))
			r.CutReply("$ne\x00", true) // of the first command that removes
			tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(2, "GET", "http://api.test/a", "new"), Replace: 2}}))
			if r.Replies() != 1 {
				t.Error("nothing was to be removed: the test does not test what it should")
			}
			r.Deaf(!c.back)
			if c.appends {
				tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Exchange(3, "GET", "http://api.test/b", "other")}}))
			}
			if err := s.Close(); errors.Is(err, context.DeadlineExceeded) == c.back {
				t.Errorf("Close returns %v", err)
			}
			r.Deaf(false)
			if got := tapetest.IDs(t, open(t, uri, "a", mongodb.Options{}), 0); len(got) != c.left {
				t.Errorf("there are %v, want %d", got, c.left)
			}
		})
	}
}
