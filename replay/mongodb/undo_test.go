package mongodb_test

import (
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
