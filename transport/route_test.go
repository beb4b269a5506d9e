package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// routeOf returns the route of a GET to url.
func routeOf(ctx context.Context, t *testing.T, rt http.RoundTripper, url string) string {
	t.Helper()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return layer.CallOf(resp).Route()
}

func TestARouteIsNamedByTheCallerElseByAPatternElseGuessed(t *testing.T) {
	routes := transport.Routes("GET /repos/{owner}/{repo}", "/users/{user}")
	const url = "http://api.test/repos/golang/go?token=hush"
	named := transport.WithRoute(t.Context(), "GET /by/{hand}")
	for name, tc := range map[string]struct {
		rt   http.RoundTripper
		ctx  context.Context
		url  string
		want string
	}{
		"guessed":         {rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a")), t.Context(), "http://api.test/things/7", "/things/{id}"},
		"pattern, outer":  {rttest.Stack(rttest.Respond(200, ""), routes, rttest.Pass("a")), t.Context(), url, "/repos/{owner}/{repo}"},
		"pattern, inner":  {rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"), rttest.Pass("b"), routes), t.Context(), url, "/repos/{owner}/{repo}"},
		"no pattern":      {rttest.Stack(rttest.Respond(200, ""), routes), t.Context(), "http://api.test/orgs/7", "/orgs/{id}"},
		"named by caller": {rttest.Stack(rttest.Respond(200, ""), routes, rttest.Pass("a")), named, url, "/by/{hand}"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := routeOf(tc.ctx, t, tc.rt, tc.url); got != tc.want {
				t.Errorf("route %q, want %q", got, tc.want)
			}
		})
	}
}

func TestBadPatternsPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"Routes":    func() { transport.Routes("GET no-slash") },
		"conflict":  func() { transport.Routes("/a/{x}", "/a/{y}") },
		"WithRoute": func() { transport.WithRoute(t.Context(), "GET no-slash") },
	} {
		if rttest.PanicOf(f) == nil {
			t.Errorf("%s does not panic", name)
		}
	}
}

// A call costs one allocation, its own, even if its path has an id that was never seen and
// something asks for its route.
func TestANewIDInAPathAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	asked := &rttest.Layer{Name: "asks", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		_ = c.Route()
		return next.RoundTrip(req)
	}}
	resp := &http.Response{StatusCode: 200, Body: http.NoBody}
	rt := asked.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	}))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	paths := make([]string, 6000)
	for i := range paths {
		paths[i] = "/users/" + strconv.Itoa(10_000+i) + "/posts"
	}
	i := 0
	next := func() {
		req.URL.Path = paths[i]
		_, _ = rt.RoundTrip(req)
		i++
	}
	for i < 5000 {
		next()
	}
	if n := testing.AllocsPerRun(500, next); n != 1 {
		t.Errorf("%v allocations for a new id, want 1", n)
	}
	// The control run: each of them was another path, and all have one route.
	if got := layer.CallOf(resp).Route(); got != "/users/{id}/posts" || paths[i-1] == paths[i-2] {
		t.Errorf("the route is %s", got)
	}
}

// A caller that names the route of each call pays for the context, not for the pattern.
func TestToNameARouteAllocatesLittle(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for pattern, want := range map[string]float64{"GET /users/{id}/posts/{post}": 3, "/files/{path...}": 3} {
		if n := testing.AllocsPerRun(500, func() { transport.WithRoute(t.Context(), pattern) }); n != want {
			t.Errorf("%s: %v allocations, want %v", pattern, n, want)
		}
	}
	// The control run: a pattern that has to be read in full.
	if n := testing.AllocsPerRun(500, func() { transport.WithRoute(t.Context(), "/jobs/{id}:run") }); n <= 3 {
		t.Errorf("the control run has %v allocations", n)
	}
}

func ExampleRoutes() {
	rt := transport.Routes("GET /repos/{owner}/{repo}").Wrap(rttest.Respond(200, ""))
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/repos/golang/go", nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(layer.CallOf(resp).Route())
	// Output: /repos/{owner}/{repo}
}
