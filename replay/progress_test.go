package replay

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func TestProgressIsKeptByVariant(t *testing.T) {
	var none *progress
	key := store.Key{}
	german, french := http.Header{"Accept-Language": {"de"}}, http.Header{"Accept-Language": {"fr"}}
	if id := none.place(key, german); id != 0 {
		t.Errorf("before anything was replayed the place is %d", id)
	}
	p := new(progress)
	p.move(key, []string{"Accept-Language"}, german, 3)
	if de, fr := p.place(key, german), p.place(key, french); de != 3 || fr != 0 {
		t.Errorf("the places are %d and %d, want 3 for the language that was asked for and 0 for the other", de, fr)
	}
	p.move(key, nil, german, 5) // moves everybody
	p.move(key, []string{"Accept-Language"}, french, 7)
	if de, fr := p.place(key, german), p.place(key, french); de != 5 || fr != 7 {
		t.Errorf("the places are %d and %d, want 5 and 7", de, fr)
	}
}

// A server that names another header in Vary each time causes at most maxVary sets, and the request
// goes on in its sequence.
func TestProgressKeepsFewSetsOfNames(t *testing.T) {
	p := new(progress)
	for i := range 3 * maxVary {
		p.move(store.Key{}, []string{"X-" + string(rune('a'+i))}, nil, store.ID(i+1)) //nolint:gosec // small
	}
	if len(p.vary) != maxVary || p.place(store.Key{}, nil) != 3*maxVary {
		t.Errorf("%d sets, place %d, want %d and %d", len(p.vary), p.place(store.Key{}, nil), maxVary, 3*maxVary)
	}
}
