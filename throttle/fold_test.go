package throttle

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// names returns more names than a position takes before it is learned.
func names() []string {
	var names []string
	for _, a := range []string{"amber", "basil", "cedar", "dahlia", "elder", "fern", "ginger", "hazel"} {
		for _, b := range []string{"hill", "lake", "moor", "pond", "reef", "wood"} {
			names = append(names, "/garden/"+a+b)
		}
	}
	return names
}

// routeOf returns the route that a call had.
func routeOf(t *testing.T, rt http.RoundTripper, path string) string {
	t.Helper()
	resp, err := rt.RoundTrip(request(t.Context(), path))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return layer.CallOf(resp).Route()
}

// A server asked for a pause of a route with a name in it. Then the position is learned, and calls
// with that name have the route of all names. The pause still holds them back.
func TestAPauseOutlastsTheFoldOfItsRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		paths := names()
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == paths[0] {
				return reply(req, 429, "Retry-After", "30"), nil
			}
			return reply(req, 200), nil
		}}
		l := NewLimiter(Config{Pause: Pause{Scope: transport.ScopeRoute}})
		rt := l.Wrap(s)
		start := time.Now()
		if got := routeOf(t, rt, paths[0]); got != paths[0] {
			t.Fatalf("the first route is %s", got)
		}
		for _, p := range paths[1:] {
			routeOf(t, rt, p)
		}
		if d := time.Since(start); d != 0 {
			t.Fatalf("the other names were held back for %v", d)
		}
		if got := routeOf(t, rt, paths[0]); got != "/garden/{x}" {
			t.Errorf("control run: the route is not folded: %s", got)
		}
		if d := time.Since(start); d < 30*time.Second {
			t.Errorf("sent %v after a response that asked for 30 s", d)
		}
	})
}

// A rule by route counts a request by its path, whatever its route becomes: no window has more
// sends when the position is learned in the middle of it.
func TestARuleByRouteCountsThroughAFold(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		want    int // how many of the requests it counts
	}{
		{"/garden/{x}", len(names()) + 4},
		{"/garden/{flower}", len(names()) + 4},
		{"/garden/amberhill", 5},
		{"/{rest...}", len(names()) + 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Rule{Route: tt.pattern, Limit: 1000, Per: time.Hour})
			rt := l.Wrap(&server{})
			for _, p := range names() {
				routeOf(t, rt, p)
			}
			for range 4 {
				if got := routeOf(t, rt, "/garden/amberhill"); got != "/garden/{x}" {
					t.Errorf("control run: the route is not folded: %s", got)
				}
			}
			if n := counts(l, 0).Counted; n != tt.want {
				t.Errorf("%s counts %d requests, want %d", tt.pattern, n, tt.want)
			}
		})
	}
}
