package sharedtest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// late is a store that calls meanwhile before each Reindex, so that another Reindex comes first.
type late struct {
	Store
	meanwhile func()
}

func (l *late) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	l.meanwhile()
	return l.Store.Reindex(recipe, key)
}

// twoOpenANewTape checks that if two open a new tape at the same moment, the second uses the hash
// key of the first.
func twoOpenANewTape(p *probe) {
	place := p.Place(p)
	first, second := p.open(place), p.open(place)
	recipe := func(s Store) string {
		text, err := s.Recipe()
		tapetest.Must(p, err)
		return text
	}
	var one *replay.Tape
	var made string
	two, err := replay.New(&late{Store: second, meanwhile: func() {
		var err error
		one, err = replay.New(first, replay.Options{})
		tapetest.Must(p, err)
		made = recipe(first)
	}}, replay.Options{})
	tapetest.Must(p, err)
	if a, b := recipe(first), recipe(second); a != made || b != made || made == "" {
		p.Errorf("the recipes are %q and %q, want that of the first, %q", a, b, made)
	}
	tapetest.Must(p, second.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}))
	tapetest.Must(p, first.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	tapetest.Must(p, one.Close())
	tapetest.Must(p, two.Close())
}

// manyOpenANewTape checks that many can open a new tape at once, half of them with a [replay.Tape],
// which also makes a key for its hashes.
func manyOpenANewTape(p *probe) {
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		place := p.Place(p)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				s, err := p.Open(place)
				if err != nil {
					p.Error(err)
					return
				}
				end := s.Close
				if i%2 == 0 {
					tape, err := replay.New(s, replay.Options{})
					if err != nil {
						p.Error(err)
						return
					}
					end = tape.Close
				}
				if err := end(); err != nil {
					p.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

// manyOpenAndClose checks that opening and closing does not disturb others who do the same.
func manyOpenAndClose(p *probe) {
	place := p.Place(p)
	const each, callers = 10, 4
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				s, err := p.Open(place)
				if err != nil {
					p.Error(err)
					return
				}
				if err := s.Append([]store.Entry{{Exchange: numberedOf(fmt.Sprintf("caller%d", c), i)}}); err != nil {
					p.Error(err)
				}
				if err := s.Close(); err != nil {
					p.Error(err)
				}
			}
		})
	}
	wg.Wait()
	p.closed(place)
	if got := tapetest.IDs(p, p.open(place), 0); len(got) != each*callers {
		p.Errorf("there are %d, want %d", len(got), each*callers)
	}
}
