package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

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
