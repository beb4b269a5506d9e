package sqlite_test

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

func open(t *testing.T, path string) sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path)
	tapetest.Must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestABatchIsAllOrNothing(t *testing.T) {
	s := open(t, filledOnly(t))
	batch := []store.Entry{{Exchange: tapetest.Numbered(10), Replace: 3}, {Exchange: tapetest.Exchange(1<<63, "GET", "http://api.test/", "")}}
	if err := s.Append(batch); err == nil || !strings.Contains(err.Error(), "beyond") {
		t.Fatalf("Append of an ID that SQLite cannot count returns %v", err)
	}
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("after a batch that failed there are %v, want the three before", got)
	}
	if last, err := s.Last(); last != 3 || err != nil {
		t.Errorf("Last is %d, %v, want 3", last, err)
	}
	tapetest.Must(t, s.Append(nil))
}

// An ID that another has taken is not overwritten: the exchange gets the next one that is free.
func TestAnIDThatIsTaken(t *testing.T) {
	path := filledOnly(t)
	s := open(t, path)
	x := tapetest.Exchange(1, "GET", "http://other.test/", "other")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}}))
	got, err := s.Find(x.Key, 0)
	tapetest.Must(t, err)
	if got == nil || got.ID != 4 || x.ID != 1 {
		t.Fatalf("it is stored as %+v, want under 4", got)
	}
	if last, err := s.Last(); last != 4 || err != nil {
		t.Errorf("Last is %d, %v, want 4", last, err)
	}
	var many []store.Entry
	for range 100 {
		many = append(many, store.Entry{Exchange: tapetest.Exchange(1, "GET", "http://many.test/", "many")})
	}
	tapetest.Must(t, s.Append(many))
	if got := tapetest.IDs(t, s, 0); len(got) != 104 {
		t.Errorf("there are %d, want 104", len(got))
	}
}
