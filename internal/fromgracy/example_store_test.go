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
	mu     sync.Mutex
	recipe string
	last   store.ID
	tapes  map[store.ID]store.Entry
}

func (s *Shelf) Append(batch []store.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range batch {
		maps.DeleteFunc(s.tapes, func(id store.ID, old store.Entry) bool {
			return id < e.Replace && old.Key.Request() == e.Key.Request()
		})
		s.tapes[e.ID], s.last = e, max(s.last, e.ID)
	}
	return nil
}

// find returns up to n exchanges above an ID that fit.
func (s *Shelf) find(after store.ID, n int, fits func(*store.Exchange) bool) (found []*store.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.tapes)) {
		if e := s.tapes[id].Exchange; id > after && len(found) != n && fits(e) {
			found = append(found, e)
		}
	}
	return found
}

func (s *Shelf) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	for _, e := range s.find(after, 1, func(e *store.Exchange) bool { return e.Key.Sum == key.Sum }) {
		return e, nil
	}
	return nil, nil
}

func (s *Shelf) Near(key store.Key, n int) ([]*store.Exchange, error) {
	return s.find(0, n, func(e *store.Exchange) bool { return e.Key.Host == key.Host }), nil
}

func (s *Shelf) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for _, e := range s.find(after, -1, func(*store.Exchange) bool { return true }) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (s *Shelf) Delete(ids ...store.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.tapes, id)
	}
	return nil
}

func (s *Shelf) Last() (store.ID, error) { return s.last, nil }
func (s *Shelf) Recipe() (string, error) { return s.recipe, nil }
func (s *Shelf) Close() error            { return nil }
func (s *Shelf) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipe = recipe
	for id, e := range s.tapes {
		fresh := *e.Exchange
		fresh.Key = key(e.Exchange)
		s.tapes[id] = store.Entry{Exchange: &fresh}
	}
	return nil
}

func Example_row70() {
	shelf := &Shelf{tapes: map[store.ID]store.Entry{}}
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
