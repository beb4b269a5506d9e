package fromgracy_test

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// A Shelf is a storage in memory, as short as one can be.
type Shelf struct {
	mu    sync.Mutex
	tapes map[store.ID]*store.Exchange
}

func (s *Shelf) Append(batch []store.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range batch {
		s.tapes[e.ID] = e.Exchange
	}
	return nil
}

func (s *Shelf) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		s.mu.Lock()
		tapes := maps.Clone(s.tapes)
		s.mu.Unlock()
		for _, id := range slices.Sorted(maps.Keys(tapes)) {
			if id > after && !yield(tapes[id], nil) {
				return
			}
		}
	}
}

func (s *Shelf) Close() error { return nil }

func Example_row70() {
	shelf := &Shelf{tapes: map[store.ID]*store.Exchange{}}
	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay} {
		server := pokeAPI()
		tape, err := replay.New(shelf, replay.Options{Mode: mode})
		if err != nil {
			fmt.Println(err)
			return
		}
		p, err := getPokemon.Call(ctx, server.behind(tape), "abra")
		fmt.Println(mode, p.Name, err, server.sends(), tape.Close())
	}
	// Output:
	// record abra <nil> 1 <nil>
	// replay abra <nil> 0 <nil>
}
