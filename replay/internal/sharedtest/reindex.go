package sharedtest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// hasOneRecipe checks that two kinds of keys on one tape are an error, because neither process
// would find what the other records.
func hasOneRecipe(p *probe) {
	place := p.filled(3)
	a, b := p.open(place), p.open(place)
	tapetest.Must(p, a.Reindex("of a", sameKey))
	for what, err := range map[string]error{
		"Append": b.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}), "Reindex": b.Reindex("of b", sameKey),
	} {
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "has reindexed it") {
			p.Errorf("after another has indexed, %s returns %v, want ErrLocked", what, err)
		}
	}
	if r, err := b.Recipe(); r != "of a" || err != nil {
		p.Errorf("Recipe is %q, %v", r, err)
	}
	tapetest.Must(p, b.Append([]store.Entry{{Exchange: tapetest.Numbered(7)}}))
}

// ElsewhereKey returns a key other than that of tapetest.Exchange.
func ElsewhereKey(x *store.Exchange) store.Key {
	return tapetest.Exchange(0, "GET", "http://other.test"+x.Request.ParseURL().Path, "").Key
}

// reindexesPageByPage checks a Reindex of more exchanges than are read or written at once.
func reindexesPageByPage(p *probe) {
	s := p.open(p.Place(p))
	batch := make([]store.Entry, p.Pages)
	for i := range batch {
		batch[i].Exchange = tapetest.Exchange(store.ID(i+1), "GET", fmt.Sprintf("http://api.test/%d", i), "x") //nolint:gosec // small
	}
	tapetest.Must(p, s.Append(batch))
	keys := 0
	tapetest.Must(p, s.Reindex("other", func(x *store.Exchange) store.Key { keys++; return ElsewhereKey(x) }))
	if keys != p.Pages {
		p.Errorf("Reindex makes %d keys, want %d", keys, p.Pages)
	}
	for i := 0; i < len(batch); i += p.OneIn {
		e := batch[i]
		want := ElsewhereKey(e.Exchange)
		if x, err := s.Find(want, 0); err != nil || x == nil || x.ID != e.ID || x.Key.Sum != want.Sum {
			p.Fatalf("by the new key of %d Find gives %v, %v", e.ID, x, err)
		}
		if x, err := s.Find(e.Key, 0); err != nil || x != nil {
			p.Fatalf("by the old key of %d Find gives %v, %v", e.ID, x, err)
		}
	}
}
