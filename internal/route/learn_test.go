package route

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func walkPath(tr *trie, path string) (string, bool) {
	var segs []segment
	for s := range strings.SplitSeq(path, "/") {
		segs = append(segs, segment{pre: s, free: true})
	}
	w := tr.walk(segs)
	return string(render(nil, segs, false)), w.full
}

func TestLearningAPositionMergesTheNodesBelowIt(t *testing.T) {
	tr := &trie{limit: 3, max: 1000}
	for _, p := range []string{"u/a/r/1a", "u/a/r/2a", "u/b/r/3a", "u/b/r/4a", "u/c/s"} {
		if got, _ := walkPath(tr, p); got != "/"+p {
			t.Errorf("%s became %s", p, got)
		}
	}
	if got, _ := walkPath(tr, "u/d/r/5a"); got != "/u/{x}/r/{x2}" {
		t.Errorf("got %s", got)
	}
	if got, _ := walkPath(tr, "u/d/s"); got != "/u/{x}/s" {
		t.Errorf("got %s", got)
	}
	if n := count(&tr.root); n != tr.nodes || n != 5 { // u {x} r {x} s
		t.Errorf("%d nodes, counted %d", n, tr.nodes)
	}
}

func TestAFullTrieLearnsEarly(t *testing.T) {
	tr := &trie{limit: 1000, max: 30}
	full := 0
	for i := range 100 {
		if _, f := walkPath(tr, word(i)+"/y"); f {
			full++
		}
	}
	if got, _ := walkPath(tr, "zz/y"); got != "/{x}/y" {
		t.Errorf("the full trie has not learned: %s", got)
	}
	if full > 1 || tr.nodes > 30+1 {
		t.Errorf("no room for %d paths, %d nodes", full, tr.nodes)
	}
}

func TestAPositionOfManyNamesIsLearned(t *testing.T) {
	r := New(nil, Options{Learn: 3})
	names := []string{"bulbasaur", "ivysaur", "venusaur", "charmander", "charmeleon"}
	var got []string
	for _, n := range names {
		got = append(got, r.Route(request(t, "GET", "https://pokeapi.co/api/v2/pokemon/"+n+"/moves")))
	}
	want := []string{
		"/api/v2/pokemon/bulbasaur/moves", "/api/v2/pokemon/ivysaur/moves", "/api/v2/pokemon/venusaur/moves",
		"/api/v2/pokemon/{x}/moves", "/api/v2/pokemon/{x}/moves",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := r.Route(request(t, "GET", "https://pokeapi.co/api/v2/pokemon/25/moves")); got != "/api/v2/pokemon/{id}/moves" {
		t.Errorf("a number was taken for a name: %s", got)
	}
	if got := r.Learned(); !slices.Equal(got, []string{"/api/v2/pokemon/{x}/moves"}) {
		t.Errorf("Learned() = %q", got)
	}
}

// There are two positions of names, one below the other, and more pairs than the
// bound. When the first position is learned, the second must be learned with it.
func TestNestedNamesAreLearnedBeyondTheBound(t *testing.T) {
	r := New(nil, Options{})
	last := ""
	for i := range 60 {
		for j := range 5 {
			last = r.Route(request(t, "GET", fmt.Sprintf("https://api.github.com/users/%s/repos/%s", word(i), word(100+5*i+j))))
		}
	}
	if last != "/users/{x}/repos/{x2}" {
		t.Errorf("last is %s, learned %q, %d routes", last, r.Learned(), len(r.Routes()))
	}
	if n := len(r.Routes()); n > 200 {
		t.Errorf("%d routes", n)
	}
	if _, err := Compile(r.Learned()...); err != nil {
		t.Error(err)
	}
}

func TestAPathThatWasOtherGetsALearnedRoute(t *testing.T) {
	r := New(nil, Options{Max: 8, Learn: 10})
	ninth := request(t, "GET", "https://x.test/"+word(8))
	for i := range 8 {
		r.Route(request(t, "GET", "https://x.test/"+word(i)))
	}
	if got := r.Route(ninth); got != Other {
		t.Fatalf("ninth is %s", got)
	}
	for i := range 8 {
		r.Route(request(t, "GET", "https://x.test/"+word(9+i)))
	}
	if got := r.Route(ninth); got != "/{x}" {
		t.Errorf("ninth is still %s", got)
	}
}
