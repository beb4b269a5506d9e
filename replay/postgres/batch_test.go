package postgres_test

import (
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

// An ID that another has taken is not overwritten: the exchange gets the next one that is free, and
// those of a batch keep their order.
func TestAnIDThatIsTaken(t *testing.T) {
	url := server(t)
	filled(t, url, "a", 3)
	s := open(t, url, "a", postgres.Options{})
	x := tapetest.Exchange(1, "GET", "http://other.test/", "other")
	y := tapetest.Exchange(2, "GET", "http://other.test/", "next")
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: x}, {Exchange: y}}))
	first, err := s.Find(x.Key, 0)
	tapetest.Must(t, err)
	second, err := s.Find(x.Key, first.ID)
	tapetest.Must(t, err)
	if string(first.Response.Body) != "other" || second == nil || string(second.Response.Body) != "next" || x.ID != 1 {
		t.Errorf("they are stored as %v and %v", first, second)
	}
	var many []store.Entry
	for range 200 {
		many = append(many, store.Entry{Exchange: tapetest.Exchange(1, "GET", "http://many.test/", "many")})
	}
	tapetest.Must(t, s.Append(many))
	tapetest.Must(t, s.Append(many))
	if got := tapetest.IDs(t, s, 0); len(got) != 405 {
		t.Errorf("there are %d, want 405", len(got))
	}
}
