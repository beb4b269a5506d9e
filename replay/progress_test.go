package replay

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func TestProgressIsKeptByVariant(t *testing.T) {
	sh := &newSequences(nil, nil, selector{}).shards[0]
	key := store.Key{}
	german, french := http.Header{"Accept-Language": {"de"}}, http.Header{"Accept-Language": {"fr"}}
	var p progress
	if id := sh.place(p, key, german); id != 0 {
		t.Errorf("before anything was replayed the place is %d", id)
	}
	sh.move(&p, key, []string{"Accept-Language"}, german, 3)
	if de, fr := sh.place(p, key, german), sh.place(p, key, french); de != 3 || fr != 0 {
		t.Errorf("the places are %d and %d, want 3 for the language that was asked for and 0 for the other", de, fr)
	}
	sh.move(&p, key, nil, german, 5) // moves everybody
	sh.move(&p, key, []string{"Accept-Language"}, french, 7)
	if de, fr := sh.place(p, key, german), sh.place(p, key, french); de != 5 || fr != 7 {
		t.Errorf("the places are %d and %d, want 5 and 7", de, fr)
	}
}

// A server that names another header in Vary each time causes at most maxVary sets, and the request
// goes on in its sequence.
func TestProgressKeepsFewSetsOfNames(t *testing.T) {
	sh := &newSequences(nil, nil, selector{}).shards[0]
	var p progress
	for i := range 3 * maxVary {
		sh.move(&p, store.Key{}, []string{"X-" + string(rune('a'+i))}, nil, store.ID(i+1)) //nolint:gosec // small
	}
	if n, place := len(sh.varied[store.Key{}.Sum].names), sh.place(p, store.Key{}, nil); n != maxVary || place != 3*maxVary {
		t.Errorf("%d sets, place %d, want %d and %d", n, place, maxVary, 3*maxVary)
	}
}

// The store is asked for the place of the last exchange of a request until that is known. Then the
// exchange is read by its ID, unless the exchanges got new keys.
func TestTheLastIsReadByItsID(t *testing.T) {
	key := store.Key{Sum: [32]byte{1}}
	opts := Options{Mode: ModeReplay}
	list := []store.ID{3, 7} // under the key
	var finds, gets int
	made := func(id store.ID) *store.Exchange {
		return &store.Exchange{ID: id, Key: key, Complete: true, Response: &store.Response{StatusCode: 200}}
	}
	w := &writer{
		queue: newQueue(nil),
		reads: reads{
			find: func(_ context.Context, _ store.Key, after store.ID) (*store.Exchange, error) {
				finds++
				for _, id := range list {
					if id > after {
						return made(id), nil
					}
				}
				return nil, nil
			},
			outcome: func(_ context.Context, _ store.Key, id store.ID) (*store.Exchange, error) {
				gets++
				return made(id), nil
			},
		},
	}
	s := newSequences(&opts, w, selector{secret: func(string) bool { return false }})
	next := func(what string, want store.ID, wantFinds, wantReads int) {
		t.Helper()
		finds, gets = 0, 0
		x, _, err := s.next(context.Background(), []store.Key{key}, nil, ModeReplay, 0)
		if err != nil || (want == 0) != (x == nil) || x != nil && x.ID != want {
			t.Fatalf("%s: got %+v, %v, want %d", what, x, err, want)
		}
		if finds != wantFinds || gets != wantReads {
			t.Errorf("%s: looked for %d times and read %d times, want %d and %d", what, finds, gets, wantFinds, wantReads)
		}
	}
	next("the first", 3, 1, 0)
	next("the last", 7, 1, 0)
	next("the last again, where the end is found", 7, 1, 1)
	next("the last again", 7, 0, 1)
	opts.Discard = func(*http.Response) bool { return true }
	next("a last that is discarded now", 0, 2, 1)
	opts.Discard = nil
	next("the last again", 7, 0, 1)
	list = []store.ID{3} // 7 got another key
	s.rekeyed()
	next("another last", 0, 2, 0)
}

// What was recorded while the store was asked comes last, whatever the store has found.
func TestALookupDoesNotGoBackBehindARecording(t *testing.T) {
	s := newSequences(nil, nil, selector{})
	exchange := func(id store.ID) *store.Exchange { return &store.Exchange{ID: id, Response: &store.Response{}} }
	sh := s.byKey(store.Key{})
	for _, c := range []struct{ finds, records, want store.ID }{{3, 0, 3}, {5, 9, 9}, {12, 10, 12}, {4, 0, 4}} {
		_, cursor := sh.at(store.Key{}, nil)
		if c.records > 0 {
			s.advance(exchange(c.records), nil)
		}
		sh.found(store.Key{}, nil, exchange(c.finds), selector{}, cursor, 0, false)
		if _, now := sh.at(store.Key{}, nil); now != c.want {
			t.Errorf("%d was found and %d recorded meanwhile: the place is %d, want %d", c.finds, c.records, now, c.want)
		}
	}
}
