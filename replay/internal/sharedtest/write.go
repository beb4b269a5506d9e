package sharedtest

import (
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// takesTheNextFreeID checks that an exchange whose ID is taken does not overwrite another one. It
// gets the next free ID, and the exchanges of a batch keep their order.
func takesTheNextFreeID(p *probe) {
	s := p.open(p.filled(3))
	x := tapetest.Exchange(1, "GET", "http://other.test/", "other")
	y := tapetest.Exchange(2, "GET", "http://other.test/", strings.Repeat("next", store.PartSize+1))
	z := tapetest.Exchange(3, "GET", "http://other.test/", "third")
	tapetest.Must(p, s.Append([]store.Entry{{Exchange: x}, {Exchange: y}, {Exchange: z}}))
	after := store.ID(0)
	for i, want := range []*store.Exchange{x, y, z} {
		got, err := s.Find(x.Key, after)
		tapetest.Must(p, err)
		if got == nil {
			p.Fatalf("behind %d there is nothing", after)
		}
		got, err = store.WithBody(s, got)
		tapetest.Must(p, err)
		own := store.ID(i + 1) //nolint:gosec // small
		if string(got.Response.Body) != string(want.Response.Body) || want.ID != own || got.ID != own+3 {
			p.Fatalf("%d is stored as %d with %d bytes, want under %d with %d", want.ID, got.ID, len(got.Response.Body), own+3, len(want.Response.Body))
		}
		after = got.ID
	}
	if last, err := s.Last(); last != 6 || err != nil {
		p.Errorf("Last is %d, %v, want 6", last, err)
	}
	many := slices.Repeat([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://many.test/", "many")}}, 200)
	tapetest.Must(p, s.Append(many))
	tapetest.Must(p, s.Append(many))
	if got := tapetest.IDs(p, s, 0); len(got) != 406 {
		p.Errorf("there are %d, want 406", len(got))
	}
}

// WithoutParts returns an exchange whose body is in parts, without the parts.
func WithoutParts(id store.ID, length int64) *store.Exchange {
	x := tapetest.Exchange(id, "GET", "http://api.test/long", "")
	x.Response.Body = nil
	x.SetMissingBody(length)
	return x
}

// storesAllOfABatchOrNothing checks that nothing is stored of a batch that fails.
func storesAllOfABatchOrNothing(p *probe) {
	s := p.open(p.filled(3))
	batch := []store.Entry{{Exchange: tapetest.Numbered(10), Replace: 3}, {Exchange: tapetest.Exchange(1<<63, "GET", "http://api.test/", "")}}
	if err := s.Append(batch); err == nil || !strings.Contains(err.Error(), "too large") {
		p.Fatalf("Append of an ID that the database cannot count returns %v", err)
	}
	whole := tapetest.Exchange(15, "GET", "http://api.test/whole", strings.Repeat("x", 5*store.PartSize))
	batch = []store.Entry{{Exchange: tapetest.Numbered(10), Replace: 100}, {Exchange: whole}, {Exchange: WithoutParts(20, store.PartSize)}}
	if err := s.Append(batch); err == nil || !strings.Contains(err.Error(), "are gone") {
		p.Fatalf("Append without the parts returns %v", err)
	}
	if got := tapetest.IDs(p, s, 0); !slices.Equal(got, []store.ID{1, 2, 3}) {
		p.Errorf("after batches that failed there are %v, want the three before", got)
	}
	if last, err := s.Last(); last != 3 || err != nil {
		p.Errorf("Last is %d, %v, want 3", last, err)
	}
	if b, err := s.Part(15, 0); b != nil || err != nil {
		p.Errorf("a part of %d bytes is left, %v", len(b), err)
	}
}
