package pokeapi

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPageLinksToThePagesBesideIt(t *testing.T) {
	const list = "http://poke.test/api/v2/pokemon"
	h := Handler()
	for _, c := range []struct {
		query, next, previous, first string
		results                      int
	}{
		{"", "?offset=20&limit=20", "", "bulbasaur", 20},
		{"?offset=20&limit=20", "?offset=40&limit=20", "?offset=0&limit=20", "spearow", 20},
		{"?limit=20&offset=10", "?offset=30&limit=20", "?offset=0&limit=10", "metapod", 20},
		{"?offset=120", "?offset=140&limit=11", "?offset=100&limit=20", "starmie", 20},
		{"?offset=140", "", "?offset=120&limit=20", "kabutops", 11},
		{"?limit=151", "", "", "bulbasaur", 151},
		{"?limit=100000", "", "", "bulbasaur", 151},
		{"?offset=151", "", "?offset=131&limit=20", "", 0},
		{"?offset=9999", "", "?offset=131&limit=20", "", 0},
		{"?limit=0", "?offset=20&limit=20", "", "bulbasaur", 20},
		{"?limit=-5&offset=-1", "?offset=20&limit=20", "", "bulbasaur", 20},
		{"?limit=x&offset=99999999999999999999", "?offset=20&limit=20", "", "bulbasaur", 20},
	} {
		p := get[page](t, h, list+c.query)
		if p.Count != 151 || len(p.Results) != c.results {
			t.Errorf("%q: count %d, %d results: want 151, %d", c.query, p.Count, len(p.Results), c.results)
		}
		for name, pair := range map[string]struct {
			got  *string
			want string
		}{"next": {p.Next, c.next}, "previous": {p.Previous, c.previous}} {
			switch {
			case pair.want == "" && pair.got != nil:
				t.Errorf("%q: %s %s: want null", c.query, name, *pair.got)
			case pair.want != "" && (pair.got == nil || *pair.got != list+pair.want):
				t.Errorf("%q: %s %v: want %s", c.query, name, pair.got, list+pair.want)
			}
		}
		if c.first != "" && p.Results[0].Name != c.first {
			t.Errorf("%q: first %s: want %s", c.query, p.Results[0].Name, c.first)
		}
	}
}

func TestFollowingNextVisitsEachItemOnce(t *testing.T) {
	h := Handler()
	for kind, want := range map[string]int{"pokemon": 151, "berry": 64, "generation": 9} {
		for _, limit := range []int{1, 7, 20, 64, 500} {
			seen, pages := map[string]bool{}, 0
			back := ""
			for next := fmt.Sprintf("http://poke.test:81/api/v2/%s/?limit=%d", kind, limit); next != ""; pages++ {
				p := get[page](t, h, next)
				for _, r := range p.Results {
					if seen[r.Name] || !strings.HasPrefix(r.URL, "http://poke.test:81/api/v2/"+kind+"/") {
						t.Fatalf("%s by %d: %+v", kind, limit, r)
					}
					seen[r.Name] = true
					if one := get[struct{ Name string }](t, h, r.URL); limit == 500 && one.Name != r.Name {
						t.Fatalf("%s is %s", r.URL, one.Name)
					}
				}
				if next = ""; p.Next != nil {
					next = *p.Next
				}
				if p.Previous != nil {
					back = *p.Previous
				}
			}
			if len(seen) != want || pages != (want+limit-1)/limit {
				t.Errorf("%s by %d: %d in %d pages", kind, limit, len(seen), pages)
			}
			// Following previous: the links of the last page have its smaller limit, so
			// there may be more pages, but each item before it comes once again.
			before := min((pages-1)*limit, want)
			for seen = map[string]bool{}; back != ""; {
				p := get[page](t, h, back)
				for _, r := range p.Results {
					if seen[r.Name] {
						t.Fatalf("%s by %d: %s again when following previous", kind, limit, r.Name)
					}
					seen[r.Name] = true
				}
				if back = ""; p.Previous != nil {
					back = *p.Previous
				}
			}
			if len(seen) != before {
				t.Errorf("%s by %d: %d when following previous: want %d", kind, limit, len(seen), before)
			}
		}
	}
}
