package route

import (
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
)

// New ids, and new names at a learned position, cost no allocation: the text of the path is the
// caller's.
func TestANewIDAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	patterns := compile(t, "GET /repos/{owner}/{repo}")
	for name, tc := range map[string]struct {
		router *Router
		path   func(i int) string
	}{
		"id":       {New(nil, Options{}), func(i int) string { return "/users/" + strconv.Itoa(i) + "/posts" }},
		"two ids":  {New(nil, Options{}), func(i int) string { return "/users/" + strconv.Itoa(i) + "/posts/" + strconv.Itoa(i) + "/likes" }},
		"file":     {New(nil, Options{}), func(i int) string { return "/files/" + strconv.Itoa(i) + ".json" }},
		"uuid":     {New(nil, Options{}), func(i int) string { return "/v1/orders/" + uuid(i) }},
		"learned":  {New(nil, Options{Learn: 3}), func(i int) string { return "/pokemon/" + word(i) + "/moves" }},
		"pattern":  {New([]*Table{patterns}, Options{}), func(i int) string { return "/repos/" + word(i) + "/x" + strconv.Itoa(i) }},
		"overflow": {New(nil, Options{Max: 8, Learn: 1000}), func(i int) string { return "/" + word(i) + "/z" }},
	} {
		t.Run(name, func(t *testing.T) {
			paths := make([]string, 6000)
			for i := range paths {
				paths[i] = tc.path(100_000 + i)
			}
			req := request(t, "GET", "https://x.test/")
			i := 0
			next := func() {
				req.URL.Path = paths[i]
				tc.router.Name(req)
				i++
			}
			for i < 5000 {
				next()
			}
			if n := testing.AllocsPerRun(500, next); n != 0 {
				t.Errorf("%v allocations", n)
			}
			// The control run: a path that comes for the second time is cached, which costs.
			i = 5000
			if entries(&tc.router.cache) > 100 {
				t.Errorf("%d paths that came once are cached", entries(&tc.router.cache))
			}
			if n := testing.AllocsPerRun(100, next); n == 0 {
				t.Error("control run: to cache a path costs nothing")
			}
		})
	}
}

func uuid(i int) string { return "123e4567-e89b-12d3-a456-426614" + strconv.Itoa(174000 + i)[:6] }
