package replay

import (
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
