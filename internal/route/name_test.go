package route

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever is learned, in whatever order, the first name of a path stays, so that the state of a
// limit is found again. The control run: its route does change, and a holder of the first name gets
// the new route.
func TestTheFirstNameOfAPathStays(t *testing.T) {
	folded := 0
	// With 52 and 300, positions are merged that were learned separately, with another in between.
	for _, seed := range []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 52, 300} {
		rng := rand.New(rand.NewPCG(seed, 3))
		r := New(nil, Options{Max: 4000, Learn: 2 + rng.IntN(5), Cache: 8})
		first, shown, named := map[string]string{}, map[string]string{}, map[string]*Name{}
		for range 3000 {
			var b strings.Builder
			for depth := range 1 + rng.IntN(4) {
				b.WriteByte('/')
				// Each level has some names that come often, and more that are rare.
				n := 3
				if rng.IntN(3) == 0 {
					n = 40
				}
				if rng.IntN(10) == 0 {
					b.WriteString([]string{"Zk3v9Qx7Lp2Wm8Rt5Yb1", "7-lives"}[rng.IntN(2)])
					continue
				}
				b.WriteString(word(100*depth + rng.IntN(n)))
			}
			path := b.String()
			name := r.Name(request(t, "GET", "https://x.test"+path))
			if name.Route == Other {
				continue
			}
			if was, ok := first[path]; ok && was != name.First {
				t.Fatalf("seed %d: the first name of %s was %s and is %s (route %s)", seed, path, was, name.First, name.Route)
			}
			if was, ok := shown[path]; ok && was != name.Route {
				folded++
			}
			first[path], shown[path] = name.First, name.Route
			if named[path] == nil {
				named[path] = name
			}
			if now := named[path].Now(); now != name.Route || name.Now() != now {
				t.Fatalf("seed %d: %s is %s now, by its first name %s", seed, path, name.Route, now)
			}
		}
	}
	if folded < 30 {
		t.Errorf("control run: the route of only %d paths changed", folded)
	}
}

// A rule has a pattern. It matches a path, or a call whose route equals the pattern. An automatic
// route, before and after it is folded, matches its path as a pattern. So a rule cannot match by
// one and not by the other.
func TestAGuessedRouteMatchesItsPath(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 4))
		r := New(nil, Options{Learn: 3, Cache: 8})
		for range 500 {
			path := ""
			for range 1 + rng.IntN(5) {
				path += "/" + []string{
					word(rng.IntN(8)), word(rng.IntN(8)) + ".json", word(rng.IntN(8)) + ":run", "k=" + word(rng.IntN(9)),
					"7", "a%20b" + word(rng.IntN(8)), "%C3%A9" + word(rng.IntN(5)), random(rng, base62, 30), word(rng.IntN(5)) + "%2F" + word(rng.IntN(5)),
				}[rng.IntN(9)]
			}
			name := r.Name(request(t, "GET", "https://x.test"+path))
			if name.Route == Other {
				continue
			}
			for _, template := range []string{name.Route, name.First} {
				if _, ok := compile(t, template).Match("GET", "x.test", path); !ok {
					t.Fatalf("seed %d: %s does not match %s", seed, template, path)
				}
			}
		}
	}
}

func TestAGivenRouteHasNoCredential(t *testing.T) {
	const planted = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
	for given, want := range map[string]string{
		"/hooks/" + planted + "/send":          "/hooks/{token}/send",
		"/" + planted + "/" + planted:          "/{token}/{token}",
		"/v1/token:refresh":                    "/v1/token:refresh",
		"/repos/{owner}/secrets/{secret_name}": "/repos/{owner}/secrets/{secret_name}",
		"/":                                    "/",
	} {
		if n := New(nil, Options{}).Given(&Given{given}); n.Route != want || n.First != want || n.Now() != want {
			t.Errorf("%s is named %+v, want %s", given, n, want)
		}
	}
}
