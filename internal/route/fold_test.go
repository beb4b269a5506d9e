package route

import (
	"fmt"
	"slices"
	"testing"
)

// A name that was a route before its position was learned becomes {x} afterwards, even in the
// cache.
func TestNamesFromBeforeAPositionWasLearnedAreFolded(t *testing.T) {
	r := New(nil, Options{Learn: 3})
	route := func(path string) string { return r.Route(request(t, "GET", "https://pokeapi.co"+path)) }
	route("/api/v2/berry/cheri")
	for _, name := range []string{"bulbasaur", "ivysaur", "venusaur"} {
		for range 2 {
			if got, want := route("/pokemon/"+name+"/moves"), "/pokemon/"+name+"/moves"; got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	}
	for _, name := range []string{"charmander", "bulbasaur", "ivysaur", "venusaur", "bulbasaur"} {
		if got := route("/pokemon/" + name + "/moves"); got != "/pokemon/{x}/moves" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got := route("/api/v2/berry/cheri"); got != "/api/v2/berry/cheri" {
		t.Errorf("a name at another position was folded: %s", got)
	}
	if got, want := r.Routes(), []string{"/api/v2/berry/cheri", "/pokemon/{x}/moves"}; !slices.Equal(got, want) {
		t.Errorf("routes %q, want %q", got, want)
	}
}

// 300 objects: after the first 40 names no label has a name in it, and no new series appears.
func TestTheFirstNamesDoNotStay(t *testing.T) {
	r := New(nil, Options{})
	route := func(i int) string { return r.Route(request(t, "GET", "https://s3.test/bucket/"+word(i)+".jpg")) }
	for i := range 300 {
		route(i)
	}
	for i := range 300 {
		if got := route(i); got != "/bucket/{x}" {
			t.Fatalf("%s.jpg is %s", word(i), got)
		}
	}
	if got := r.Routes(); len(got) != 1 {
		t.Errorf("routes %q", got)
	}
}

// A folded route was a label, so it still counts against the bound. There are never more than Max
// labels in all, whatever is learned.
func TestFoldedRoutesCountAgainstTheBound(t *testing.T) {
	r := New(nil, Options{Max: 40, Learn: 5})
	seen := map[string]bool{}
	for i := range 30 {
		for j := range 30 {
			for range 2 {
				seen[r.Route(request(t, "GET", fmt.Sprintf("https://x.test/a/%s/%s", word(i), word(100+j))))] = true
			}
		}
	}
	delete(seen, Other)
	if len(seen) > 40 {
		t.Errorf("%d labels", len(seen))
	}
	if got := r.Route(request(t, "GET", "https://x.test/a/"+word(0)+"/"+word(100))); got != "/a/{x}/{x2}" {
		t.Errorf("the first is %s", got)
	}
}

// If the bound leaves no room for the folded route, the name stays, since Other would say less.
func TestANameStaysWhereTheBoundLeavesNoRoom(t *testing.T) {
	for _, c := range []struct {
		max  int
		want string
	}{
		{4, "/a/" + word(0) + "/p"},
		{5, "/a/{x}/p"}, // the control run
	} {
		r := New(nil, Options{Max: c.max, Learn: 3})
		first := request(t, "GET", "https://x.test/a/"+word(0)+"/p")
		r.Route(first)
		for i := range 4 { // the fourth learns the position: /a/{x}/p is a route more
			r.Route(request(t, "GET", "https://x.test/a/"+word(i)+"/q"))
		}
		if got := r.Route(first); got != c.want {
			t.Errorf("Max %d: %s, want %s", c.max, got, c.want)
		}
		if len(r.routes) > c.max {
			t.Errorf("Max %d: %d routes made", c.max, len(r.routes))
		}
	}
}

// At a position with many names, a text that looks like a token or a slug is probably another name.
// At a position without names it stays a placeholder: a reset link has one token and no name beside
// it.
func TestATokenAmongManyNamesIsOneOfThem(t *testing.T) {
	r := New(nil, Options{Learn: 3})
	route := func(path string) string { return r.Route(request(t, "GET", "https://x.test"+path)) }
	token, slug := "/files/Zk3v9Qx7Lp2Wm8Rt5Yb1", "/files/7-lives"
	if got := []string{route(token), route(slug), route("/files/42"), route("/reset/Zk3v9Qx7Lp2Wm8Rt5Yb1")}; !slices.Equal(got, []string{"/files/{token}", "/files/{slug}", "/files/{id}", "/reset/{token}"}) {
		t.Errorf("got %q", got)
	}
	for i := range 4 {
		route("/files/" + word(i))
	}
	if got := []string{route(token), route(slug), route("/files/42"), route("/reset/Zk3v9Qx7Lp2Wm8Rt5Yb1")}; !slices.Equal(got, []string{"/files/{x}", "/files/{x}", "/files/{id}", "/reset/{token}"}) {
		t.Errorf("after the position was learned: %q", got)
	}
}
